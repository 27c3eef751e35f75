# SPDX-License-Identifier: LGPL-3.0-or-later
{
    "name": "Retail test: create",
    "summary": "Overrides create of sales orders, which must close the native lane",
    "version": "19.0.1.0.0",
    "author": "retail_accelerator contributors",
    "license": "LGPL-3",
    "category": "Hidden/Tests",
    "depends": ["sale_management"],
    "installable": True,
}
