// SPDX-License-Identifier: LGPL-3.0-or-later
import { useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { registry } from "@web/core/registry";
import {
    Many2ManyBinaryField,
    many2ManyBinaryField,
} from "@web/views/fields/many2many_binary/many2many_binary_field";

/** Attachments that may also be dropped on the field, several at once. */
export class DroppedFiles extends Many2ManyBinaryField {
    static template = "retail_accelerator.DroppedFiles";

    setup() {
        super.setup();
        this.http = useService("http");
        this.state = useState({ over: false, busy: false });
    }

    get uploadText() {
        return _t("Choose Files");
    }

    async onDrop(event) {
        this.state.over = false;
        const files = [...event.dataTransfer.files];
        if (!files.length || this.props.readonly) {
            return;
        }
        this.state.busy = true;
        try {
            const answer = await this.http.post(
                "/web/binary/upload_attachment",
                {
                    csrf_token: odoo.csrf_token,
                    ufile: files,
                    model: this.props.record.resModel,
                    id: this.props.record.resId || 0,
                },
                "text"
            );
            await this.onFileUploaded(JSON.parse(answer));
        } finally {
            this.state.busy = false;
        }
    }
}

registry.category("fields").add("retail_dropped_files", {
    ...many2ManyBinaryField,
    component: DroppedFiles,
});
