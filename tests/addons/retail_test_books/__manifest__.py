# SPDX-License-Identifier: LGPL-3.0-or-later
{
    "name": "Retail test: books",
    "summary": "Changes reconciliation and posting in every way that closes a lane",
    "version": "19.0.1.0.0",
    "author": "retail_accelerator contributors",
    "license": "LGPL-3",
    "category": "Hidden/Tests",
    "depends": ["sale", "base_automation"],
    "installable": True,
}
