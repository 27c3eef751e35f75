# SPDX-License-Identifier: LGPL-3.0-or-later
{
    "name": "Retail test: fields",
    "summary": "Adds fields of every awkward kind to sales orders and contacts",
    "version": "19.0.1.0.0",
    "author": "retail_accelerator contributors",
    "license": "LGPL-3",
    "category": "Hidden/Tests",
    "depends": ["sale_management"],
    "installable": True,
}
