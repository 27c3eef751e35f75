# SPDX-License-Identifier: LGPL-3.0-or-later
{
    "name": "Retail test: contacts",
    "summary": "Changes contacts in every way that leaves new ones to the ORM",
    "version": "19.0.1.0.0",
    "author": "retail_accelerator contributors",
    "license": "LGPL-3",
    "category": "Hidden/Tests",
    "depends": ["sale_management"],
    "installable": True,
}
