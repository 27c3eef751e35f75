# SPDX-License-Identifier: LGPL-3.0-or-later
{
    "name": "Retail Accelerator",
    "summary": "Import web shop orders, exactly once and at the speed of PostgreSQL",
    "version": "19.0.1.0.0",
    "category": "Sales/Sales",
    "author": "Retail Accelerator contributors",
    "license": "LGPL-3",
    "application": True,
    "depends": ["sale_management", "sale_stock", "account", "mail"],
    "data": [
        "security/retail_groups.xml",
        "security/ir.model.access.csv",
        "security/retail_rules.xml",
        "views/retail_menus.xml",
        "views/retail_channel_mapping_views.xml",
        "views/retail_channel_views.xml",
    ],
}
