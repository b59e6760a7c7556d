// Signs that something else than the rater may have answered, counted and never read: how often text that is not from this
// page was pasted into a field, and how often the page was left after something was copied from it.
import { recall, remember } from "./remembered.js";

const PREFIX = "yardstick:signs:";

export class Signs {
    constructor() {
        this.copied = null; // what was copied last; it stays in this module
        this.mayLeaveWith = false;
        document.addEventListener("copy", () => this.noteCopy());
        document.addEventListener("cut", () => this.noteCopy());
        document.addEventListener("paste", (event) => this.notePaste(event));
        document.addEventListener("visibilitychange", () => document.hidden && this.noteExit());
        window.addEventListener("blur", () => this.noteExit());
    }

    /** A reload goes on counting. */
    start(assignment) {
        this.name = PREFIX + assignment;
        this.counts = JSON.parse(recall(this.name, sessionStorage) ?? "null") ?? { pastes: 0, exits_with_copy: 0 };
        this.mayLeaveWith = false;
    }

    read() {
        return { ...this.counts };
    }

    noteCopy() {
        const field = document.activeElement?.tagName === "TEXTAREA" ? document.activeElement : null;
        this.copied = field
            ? field.value.slice(field.selectionStart, field.selectionEnd)
            : document.getSelection().toString();
        // What the rater wrote into a field themselves is theirs to take along.
        this.mayLeaveWith = field === null;
    }

    notePaste(event) {
        const isOwn = event.clipboardData?.getData("text/plain") === this.copied;
        if (event.target.tagName === "TEXTAREA" && !isOwn) this.count("pastes");
    }

    noteExit() {
        if (this.mayLeaveWith) this.count("exits_with_copy");
        this.mayLeaveWith = false;
    }

    count(sign) {
        if (!this.counts) return;
        this.counts[sign] += 1;
        remember(this.name, JSON.stringify(this.counts), sessionStorage);
    }
}
