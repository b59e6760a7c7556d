// The page on which an arrival is ended: what this device has not delivered yet goes first, or it would be paid by nobody.
import * as outbox from "./outbox.js";
import { Failed, Refused, Superseded, deliver } from "./server.js";

const page = document.getElementById("leaving");
const place = document.getElementById("undelivered");
const forms = [...page.querySelectorAll("form")];
// Signed out, somebody else at this browser, or the stage at rest: the answer is good and waits for a better time.
const LATER = new Set([401, 403, 404, 409]);
let left = 0; // how many are still being sent

for (const form of forms) {
    form.addEventListener("submit", (event) => {
        if (left > 0) event.preventDefault();
    });
}

/** False where it stays on this device: nothing that happens on this page can change that. */
async function isDone(message) {
    const mostFailures = message.hasFailed ? 1 : undefined;
    try {
        await deliver(message.url, message.body, { onWait: () => {}, stillDue: () => outbox.holds(message), mostFailures });
        outbox.settle(message);
        outbox.dropDraft(message.assignment, message.body.revision);
        return true;
    } catch (error) {
        if (error instanceof Superseded) return true;
        if (error instanceof Failed) return outbox.giveUp(message) && false;
        if (!(error instanceof Refused)) throw error;
        const waits = LATER.has(error.status) && error.answer.code !== "stale_draft";
        if (!waits) outbox.remove(message);
        return !waits;
    }
}

async function areDone(messages) {
    const done = [];
    for (const message of messages) done.push(await isDone(message));
    return done;
}

const pages = outbox.waitingByPage(page.dataset.prefix);
if (pages.length > 0) {
    left = pages.length;
    place.hidden = false;
    const done = (await Promise.all(pages.map(areDone))).flat();
    left = 0;
    if (done.every(Boolean)) location.reload();
    // What stays must not keep the rater: it says so, and the arrival can be ended without it.
    else place.textContent = place.dataset.textStays;
}
