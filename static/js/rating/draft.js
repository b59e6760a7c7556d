// What is given to one page, and its place among all that is given to it in other windows and on other devices.
//
// Whatever is given gets a number: the time since the page was begun, and never less than what this window knows of.
// So the newer of two has the higher number, whichever is sent last, however wrong a device's clock is about the hour.
import { merge } from "./answers.js";

const STEP_MS = 10;
const MOST = 2_000_000_000; // the server's column ends a little later: then (after 230 days) it counts on by one

export class Draft {
    constructor({ assignment, draftRevision, begunMs }, content) {
        this.assignment = assignment;
        this.begunMs = Number(begunMs);
        this.revision = this.base = Number(draftRevision);
        this.known = content; // the server's, as far as this window knows
        this.sent = new Set();
    }

    /** The number of what is given now. */
    next() {
        const now = Math.min(Math.floor((Date.now() - this.begunMs) / STEP_MS), MOST);
        this.revision = Math.max(this.revision + 1, now);
        return this.revision;
    }

    /** The body of a request that saves it. */
    body(content) {
        this.sent.add(this.revision);
        return { revision: this.revision, base: this.base, draft: content };
    }

    /** The body of one that nobody waits for: it may pass an earlier one, so it can't say what it rests on. */
    lastBody(content) {
        return { revision: this.revision, draft: content };
    }

    wasSaved({ revision, draft }) {
        this.base = Math.max(this.base, revision);
        this.known = draft;
    }

    /** Another window's is newer: what is shown here is that from now on. */
    adopt(draft) {
        this.revision = Math.max(this.revision, draft.revision);
        this.base = Math.max(this.base, draft.revision);
        this.known = draft;
    }

    /**
     * The server holds one that this window did not know of. What was changed here since they agreed stays if it is
     * newer. Returns the draft to show, whether something of it is ours, and whether it is news to the rater.
     */
    reconcile({ revision, draft }, now) {
        const isOwn = this.sent.has(revision); // the answer to an earlier request of ours was lost
        const isNewer = this.revision > revision;
        const merged = isNewer ? merge(draft, this.known, now) : { draft, isOurs: false };
        this.adopt({ ...draft, revision });
        return { ...merged, isNews: !isOwn };
    }
}
