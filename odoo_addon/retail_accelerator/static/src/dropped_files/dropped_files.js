// SPDX-License-Identifier: LGPL-3.0-or-later
import { useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { registry } from "@web/core/registry";
import { FileInput } from "@web/core/file_input/file_input";
import { checkFileSize } from "@web/core/utils/files";
import {
    Many2ManyBinaryField,
    many2ManyBinaryField,
} from "@web/views/fields/many2many_binary/many2many_binary_field";

const ROUTE = "/web/binary/upload_attachment";

/** Uploads files, also empty ones, on which Odoo's own uploader stumbles; gives what the
 * server made of them, or null when one is too large. */
function useUpload() {
    const http = useService("http");
    const notification = useService("notification");
    return async (route, params) => {
        if (!params.ufile.every((file) => checkFileSize(file.size, notification))) {
            return null;
        }
        return JSON.parse(await http.post(route, params, "text"));
    };
}

class AnyFileInput extends FileInput {
    setup() {
        super.setup();
        this.uploadFiles = useUpload();
    }
}

/** Attachments that may also be dropped on the field, several at once. */
export class DroppedFiles extends Many2ManyBinaryField {
    static template = "retail_accelerator.DroppedFiles";
    static components = { ...Many2ManyBinaryField.components, FileInput: AnyFileInput };

    setup() {
        super.setup();
        this.send = useUpload();
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
            const uploaded = await this.send(ROUTE, {
                csrf_token: odoo.csrf_token,
                ufile: files,
                model: this.props.record.resModel,
                id: this.props.record.resId || 0,
            });
            if (uploaded) {
                await this.onFileUploaded(uploaded);
            }
        } finally {
            this.state.busy = false;
        }
    }
}

registry.category("fields").add("retail_dropped_files", {
    ...many2ManyBinaryField,
    component: DroppedFiles,
});
