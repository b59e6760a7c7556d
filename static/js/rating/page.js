// The rating page: marks, drafts, one request that submits and brings the next task.
import { collect, isComplete, labelOf, merge, restore, showDetails, unitsOf } from "./answers.js";
import { Clock } from "./clock.js";
import { showKeys } from "./key_dialog.js";
import * as outbox from "./outbox.js";
import { showReading } from "./reading.js";
import { Refused, Superseded, deliver, tryOnce } from "./server.js";
import { listen } from "./task_keys.js";
import { currentUnit, makeCurrent, mark } from "./units.js";
import { coverOrShow, isCovered, showMaterial } from "./warning.js";

const DRAFT_DELAY_MS = 700;
// A browser that leaves the page sends no more than this behind it.
const KEEPALIVE_BYTES = 60_000;
// Signed out, somebody else at this browser, or the stage at rest: the answer is good and waits for a better time.
const LATER = new Set([401, 403, 404, 409]);
const NOT_NOW = new Set([401, 403, 404]);
const clock = new Clock();
let form, draftTimer, draftRevision, busy;

const say = (text) => {
    const place = document.getElementById("saving");
    if (place) place.textContent = text;
};
const notice = (text) => {
    document.getElementById("urgent-notices").textContent = text;
};
const timeOf = (iso) => new Date(iso).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

function begin() {
    form = document.getElementById("task-form");
    busy = false;
    notice("");
    showKeys();
    showReading();
    coverOrShow(form);
    if (!form) return;
    draftRevision = Number(form.dataset.draftRevision);
    clock.start(Number(form.dataset.activeMs));
    const local = outbox.draftOf(form.dataset.assignment);
    if (local && local.revision > draftRevision) {
        draftRevision = local.revision;
        restore(form, local);
        scheduleDraft();
    }
    showDetails(form);
    showProgress();
    const first = unitsOf(form).find((unit) => labelOf(unit) === null) ?? unitsOf(form)[0];
    makeCurrent(form, first, { focus: false });
}

function showProgress() {
    const units = unitsOf(form);
    const marked = units.filter((unit) => labelOf(unit) !== null).length;
    const count = document.getElementById("marked");
    if (count) count.textContent = `${marked} / ${units.length}`;
    // aria-disabled, not disabled: the button keeps its place in the tab order and can say what is missing.
    document.getElementById("submit").setAttribute("aria-disabled", String(marked < units.length));
}

function changed() {
    showDetails(form);
    showProgress();
    draftRevision += 1;
    const isKept = outbox.keepDraft(form.dataset.assignment, { ...collect(form), revision: draftRevision });
    say(isKept ? form.dataset.textKept : "");
    scheduleDraft();
}

function scheduleDraft() {
    clearTimeout(draftTimer);
    if (form.dataset.revising) return;
    draftTimer = setTimeout(saveDraft, DRAFT_DELAY_MS);
}

async function saveDraft({ isLeaving = false } = {}) {
    const saved = form;
    const { assignment, draftUrl } = saved.dataset;
    const body = { revision: draftRevision, draft: collect(saved), active_ms: clock.read() };
    const keepalive = isLeaving && new Blob([JSON.stringify(body)]).size < KEEPALIVE_BYTES;
    try {
        const answer = await tryOnce(draftUrl, body, { keepalive });
        if (form === saved) say(saved.dataset.textSaved.replace("{time}", timeOf(answer.saved_at)));
    } catch (error) {
        if (!(error instanceof Refused)) {
            if (form === saved) draftTimer = setTimeout(saveDraft, 5000);
        } else if (error.answer.code === "stale_draft" && form === saved) {
            takeOver(error.answer, body.draft);
            notice(error.message);
        } else if (form === saved) {
            notice(error.message);
        }
    }
}

/** A newer draft came from elsewhere. What was changed here since `sent` was collected is newer still. */
function takeOver(answer, sent) {
    const { draft, isOurs } = merge(answer.draft, sent, collect(form));
    draftRevision = answer.revision;
    restore(form, draft);
    outbox.dropDraft(form.dataset.assignment);
    if (isOurs) changed();
    else showProgress();
}

/** What is marked while an answer is on its way would be lost with the page: nothing can be, until it has arrived. */
function rest(isAtRest) {
    busy = isAtRest;
    if (!form) return;
    form.inert = isAtRest;
    form.toggleAttribute("aria-busy", isAtRest);
}

function submit() {
    if (busy || !form || isCovered(form)) return;
    if (!isComplete(form)) {
        makeCurrent(form, unitsOf(form).find((unit) => labelOf(unit) === null));
        notice(form.dataset.textIncomplete);
        return;
    }
    give(form.dataset.submitUrl, { ...collect(form), active_ms: clock.read() });
}

async function give(url, content) {
    rest(true);
    clearTimeout(draftTimer);
    const message = {
        url,
        assignment: form.dataset.assignment,
        body: { ...content, client_id: outbox.newId() },
        at: Date.now(),
    };
    const isKept = outbox.put(message);
    say(form.dataset.textSaving);
    await hand(message, { isKept });
}

async function hand(message, { isEarlier = false, isKept = true } = {}) {
    const texts = document.getElementById("rating").dataset;
    try {
        const answer = await deliver(message.url, message.body, {
            onWait: () => say(texts.textOffline),
            stillDue: () => !isKept || outbox.holds(message),
        });
        outbox.settle(message);
        outbox.dropDraft(message.assignment);
        show(answer);
    } catch (error) {
        if (error instanceof Superseded) return location.reload();
        if (!(error instanceof Refused)) throw error;
        rest(false);
        if (!LATER.has(error.status)) outbox.remove(message);
        say("");
        // What an earlier rater left at this browser is none of this rater's business.
        if (!isEarlier || !NOT_NOW.has(error.status)) notice(error.message);
    }
}

function show(answer) {
    for (const [id, html] of Object.entries(answer.parts)) document.getElementById(id).innerHTML = html;
    if (answer.url) history.replaceState(null, "", answer.url);
    window.scrollTo(0, 0);
    begin();
    if (answer.saved_at) say(document.getElementById("rating").dataset.textSubmitted.replace("{time}", timeOf(answer.saved_at)));
    if (answer.notice) notice(answer.notice);
    document.getElementById("task").focus({ preventScroll: true });
}

const undo = () => document.getElementById("back")?.click();

// A page that is looked at again can't be set aside any more: then there is no such button.
const flag = () => document.querySelector('#rating-bar [data-opens="set-aside"]')?.click();

function label({ label: given }) {
    if (mark(form, given)) changed();
}

const WHILE_COVERED = new Set(["flag", "undo", "help", "guidelines"]);

const WHILE_BUSY = new Set(["evidence", "help", "guidelines"]);

const mayDo = (act) => (!isCovered(form) || WHILE_COVERED.has(act)) && (!busy || WHILE_BUSY.has(act));
listen(() => form, { label, flag, submit, undo }, mayDo);

document.addEventListener("change", (event) => {
    if (form?.contains(event.target)) changed();
});
document.addEventListener("input", (event) => {
    if (form?.contains(event.target) && event.target.tagName === "TEXTAREA") changed();
});
document.addEventListener("click", (event) => {
    if (event.target.closest("#submit")) submit();
    if (event.target.closest("#leave-unchanged")) {
        clearTimeout(draftTimer);
        outbox.dropDraft(form.dataset.assignment);
    }
    if (event.target.closest("#set-aside-unread")) document.getElementById("act-upsetting").checked = true;
    if (event.target.closest("#show-material")) {
        showMaterial(form);
        makeCurrent(form, currentUnit(form));
    }
});
document.addEventListener("submit", (event) => {
    if (event.target.id === "task-form") {
        event.preventDefault();
        submit();
    } else if (event.target.id === "set-aside-form") {
        event.preventDefault();
        const data = new FormData(event.target);
        event.target.closest("dialog").close();
        if (!busy) give(form.dataset.setAsideUrl, { act: data.get("act"), comment: data.get("comment") });
        event.target.reset();
    }
});
window.addEventListener("pagehide", () => {
    if (form && draftTimer && !busy) saveDraft({ isLeaving: true });
});

begin();
// What an earlier visit could not deliver goes first; its answer brings the task that is due now.
for (const message of outbox.waiting(document.getElementById("rating").dataset.prefix)) {
    rest(true);
    say(document.getElementById("rating").dataset.textSaving);
    await hand(message, { isEarlier: true });
}
