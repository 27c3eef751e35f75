# SPDX-License-Identifier: LGPL-3.0-or-later
"""What was read of Odoo's own modules: which columns the engine computes, which
follow from a class, and which methods it reproduces. The column plans decide by these
tables.
"""

# Modules whose changes to sale orders and contacts were read and are reproduced, or are
# of no effect on freshly created ones.
REVIEWED_MODULES = frozenset(
    [
        "base",
        "web",
        "portal",
        "mail",
        "sms",
        "snailmail",
        "phone_validation",
        "utm",
        "resource",
        "product",
        "uom",
        "analytic",
        "account",
        "account_payment",
        "account_tax_python",
        "account_edi_ubl_cii",
        "payment",
        "sales_team",
        "sale",
        "sale_management",
        "sale_stock",
        "stock",
        "stock_account",
        "stock_sms",
        "sale_sms",
        "sale_pdf_quote_builder",
        "sale_edi_ubl",
        "sale_crm",
        "crm",
        "sale_margin",
        "sale_stock_margin",
        "loyalty",
        "sale_loyalty",
        "sale_loyalty_delivery",
        "delivery",
        "stock_delivery",
        "spreadsheet_dashboard_sale",
        "digest",
        "onboarding",
        "privacy_lookup",
        "account_add_gln",
        "auth_signup",
        "base_vat",
        "calendar",
        "contacts",
        "barcodes",
        "partner_autocomplete",
        "snailmail_account",
        "rating",
        "bus",
        "html_editor",
        "retail_accelerator",
    ]
)
# What a module may say of another's field without changing any record's value.
PRESENTATION = frozenset(["string", "help", "selection_add", "ondelete"])

ORDER_ENGINE = {
    "id": "id",
    "name": "order_name",
    "partner_id": "partner_id",
    "partner_invoice_id": "partner_invoice_id",
    "partner_shipping_id": "partner_shipping_id",
    "date_order": "date_order",
    "currency_id": "currency_id",
    "currency_rate": "currency_rate",
    "amount_untaxed": "amount_untaxed",
    "amount_tax": "amount_tax",
    "amount_total": "amount_total",
    "client_order_ref": "client_order_ref",
    "origin": "origin",
    "reference": "reference",
    "create_date": "now",
    "write_date": "now",
}
LINE_ENGINE = {
    "id": "id",
    "order_id": "order_id",
    "sequence": "sequence",
    "currency_id": "currency_id",
    "order_partner_id": "partner_id",
    "product_id": "product_id",
    "product_uom_id": "product_uom_id",
    "name": "line_name",
    "product_uom_qty": "product_uom_qty",
    "price_unit": "price_unit",
    "technical_price_unit": "technical_price_unit",
    "discount": "discount",
    "price_subtotal": "price_subtotal",
    "price_total": "price_total",
    "price_tax": "price_tax",
    "price_reduce_taxexcl": "price_reduce_taxexcl",
    "price_reduce_taxinc": "price_reduce_taxinc",
    "extra_tax_data": "extra_tax_data",
    "create_date": "now",
    "write_date": "now",
}
# Stored related fields of lines: the order's column they copy.
LINE_HEADER = {
    "company_id": "company_id",
    "salesman_id": "user_id",
    "state": "state",
}
# Stored computed fields whose value depends only on what makes a class.
ORDER_CLASS = frozenset(
    [
        "state",
        "locked",
        "company_id",
        "fiscal_position_id",
        "payment_term_id",
        "preferred_payment_method_line_id",
        "pricelist_id",
        "user_id",
        "team_id",
        "require_signature",
        "require_payment",
        "prepayment_percent",
        "validity_date",
        "note",
        "journal_id",
        "sale_order_template_id",
        "warehouse_id",
        "invoice_status",
        "delivery_status",
        "effective_date",
        "picking_policy",
        "campaign_id",
        "source_id",
        "medium_id",
    ]
)
LINE_CLASS = frozenset(
    [
        "analytic_distribution",
        "qty_delivered_method",
        "qty_delivered",
        "qty_invoiced",
        "qty_to_invoice",
        "untaxed_amount_invoiced",
        "untaxed_amount_to_invoice",
        "invoice_status",
        "customer_lead",
        "warehouse_id",
    ]
)
# Methods whose result the engine reproduces: an unknown override closes the lane.
REPRODUCED_METHODS = {
    "sale.order": (
        "create",
        "_create",
        "_compute_amounts",
        "_compute_currency_rate",
        "_get_priced_lines",
        "_add_base_lines_for_early_payment_discount",
    ),
    "sale.order.line": (
        "create",
        "_create",
        "_compute_amount",
        "_compute_price_reduce_taxexcl",
        "_compute_price_reduce_taxinc",
        "_prepare_base_line_for_taxes_computation",
    ),
    "account.tax": (
        "_add_tax_details_in_base_line",
        "_round_base_lines_tax_details",
        "_get_tax_details",
        "_get_tax_totals_summary",
        "_eval_tax_amount_price_included",
        "_eval_tax_amount_price_excluded",
        "_eval_tax_amount_fixed_amount",
        "_batch_for_taxes_computation",
        "_flatten_taxes_and_sort_them",
        "_import_base_line_extra_tax_data",
    ),
    "res.currency": ("round", "_get_conversion_rate"),
}

# Contacts: what the shop says of each, and what follows from it by rules of Odoo's that
# ``engine/contact_rows.py`` repeats. A separate address has neither e-mail nor company
# of its own: there the class decides.
CONTACT_ENGINE = frozenset(
    [
        "id",
        "parent_id",
        "commercial_partner_id",
        "name",
        "complete_name",
        "company_name",
        "commercial_company_name",
        "phone",
        "phone_sanitized",
        "street",
        "street2",
        "zip",
        "city",
        "state_id",
        "create_date",
        "write_date",
        "calendar_last_notif_ack",
    ]
)
CUSTOMER_ENGINE = CONTACT_ENGINE | {"email", "email_normalized"}
# Stored computed fields that depend on nothing but the country, the kind of contact and
# what a parent hands down.
CONTACT_CLASS = frozenset(
    [
        "lang",
        "user_id",
        "partner_share",
        "company_registry",
        "properties",
        "peppol_eas",
        "peppol_endpoint",
        "vies_valid",
    ]
)
# What a new address takes from its parent, beside the fields Odoo calls commercial.
HANDED_DOWN = ("lang", "user_id", "company_id", "is_company", "active", "vies_valid")
CONTACT_METHODS = {
    "res.partner": (
        "create",
        "_create",
        "write",
        "default_get",
        "_add_missing_default_values",
        "_fields_sync",
        "_children_sync",
        "_commercial_sync_from_company",
        "_commercial_sync_to_descendants",
        "_company_dependent_commercial_sync",
        "_update_address",
        "_address_fields",
        "_get_complete_name",
        "_compute_complete_name",
        "_compute_commercial_partner",
        "_compute_commercial_company_name",
        "_compute_email_normalized",
        "_compute_phone_sanitized",
        "_phone_format",
        "_phone_format_number",
        "_phone_get_country",
        "_phone_get_country_field",
        "_phone_get_number_fields",
    ),
}
# What the shop's order gives to ``create`` beside the columns above.
CONTACT_GIVEN = ("customer_rank", "company_id", "country_id", "type")
# (module, method): the column. The override was read: it does nothing for a contact in
# which that column is empty. Classes of contacts that fill it are left to the ORM.
IDLE_WITHOUT = {
    # Looks the contact's endpoint up in the Peppol network and logs what it found.
    ("account_peppol", "create"): "peppol_endpoint",
}
