// SPDX-License-Identifier: LGPL-3.0-or-later
import { Component, onWillUnmount } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const INTERVAL = 2000; // ms between two looks at a run under way
const LIVE_STATES = new Set(["queued", "running"]);

/** A progress bar that reloads its record while it is under way or being undone. */
export class LiveProgress extends Component {
    static template = "retail_accelerator.LiveProgress";
    static props = { ...standardFieldProps };

    setup() {
        this.timer = setInterval(() => this.refresh(), INTERVAL);
        onWillUnmount(() => clearInterval(this.timer));
    }

    get data() {
        return this.props.record.data;
    }

    get percent() {
        return Math.round(this.data[this.props.name] || 0);
    }

    get isLive() {
        return LIVE_STATES.has(this.data.state) || Boolean(this.data.undo_user_id);
    }

    async refresh() {
        const { record } = this.props;
        if (!this.isLive || document.hidden || this.busy || (await record.isDirty())) {
            return;
        }
        this.busy = true;
        try {
            await record.load();
        } finally {
            this.busy = false;
        }
    }
}

registry.category("fields").add("retail_live_progress", {
    component: LiveProgress,
    displayName: _t("Live progress"),
    supportedTypes: ["float", "integer"],
    fieldDependencies: [{ name: "state", type: "selection" }],
});
