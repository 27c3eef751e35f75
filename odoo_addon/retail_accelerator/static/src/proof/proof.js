// SPDX-License-Identifier: LGPL-3.0-or-later
import { Component, markup } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** The proof of a payout; each of its figures opens what it is made of. */
export class Proof extends Component {
    static template = "retail_accelerator.Proof";
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
    }

    get page() {
        return markup(this.props.record.data[this.props.name] || "");
    }

    async onClick(event) {
        const link = event.target.closest("[data-part]");
        if (!link) {
            return;
        }
        event.preventDefault();
        const { resModel, resId } = this.props.record;
        this.action.doAction(
            await this.orm.call(resModel, "action_view_proof", [[resId], link.dataset.part])
        );
    }
}

registry.category("fields").add("retail_proof", {
    component: Proof,
    displayName: _t("Proof"),
    supportedTypes: ["html"],
});
