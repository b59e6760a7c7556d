// The page on which a visit is ended: what this device has not delivered yet goes first, or it would be paid by nobody.
import * as outbox from "./outbox.js";
import { Refused, Superseded, deliver } from "./server.js";

const page = document.getElementById("leaving");
const place = document.getElementById("undelivered");
const forms = [...page.querySelectorAll("form")];

for (const form of forms) {
    form.addEventListener("submit", (event) => {
        if (outbox.waiting(page.dataset.prefix).length > 0) event.preventDefault();
    });
}

// Signed out, somebody else at this browser, or the stage at rest: the answer is good and waits for a better time.
const LATER = new Set([401, 403, 404, 409]);

async function clear(message) {
    try {
        await deliver(message.url, message.body, { onWait: () => {}, stillDue: () => outbox.holds(message) });
        outbox.settle(message);
        outbox.dropDraft(message.assignment);
    } catch (error) {
        if (error instanceof Superseded) return;
        if (!(error instanceof Refused)) throw error;
        if (!LATER.has(error.status)) outbox.remove(message);
    }
}

const messages = outbox.waiting(page.dataset.prefix);
if (messages.length > 0) {
    place.hidden = false;
    for (const message of messages) await clear(message);
    // What must wait on still says so, and the visit is not ended without it.
    if (outbox.waiting(page.dataset.prefix).length === 0) location.reload();
}
