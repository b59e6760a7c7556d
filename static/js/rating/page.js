// The rating page: marks, drafts, one request that submits and brings the next task.
import { clearWarnings, warn } from "../notices.js";
import { collect, isComplete, labelOf, restore, showDetails, unitsOf } from "./answers.js";
import { Clock } from "./clock.js";
import { Draft } from "./draft.js";
import * as outbox from "./outbox.js";
import { say, sayWhen } from "./saving_line.js";
import { Away, Failed, Refused, Repeated, Superseded, deliver, tryOnce } from "./server.js";
import { askToSetAside, canSetAside, onSetAside, setAsideAsBroken } from "./set_aside.js";
import { Signs } from "./signs.js";
import { beginSteps, keepStep, takeBack } from "./taken_back.js";
import { listen, showTask } from "./task_keys.js";
import { currentUnit, makeCurrent, mark, markMode, showProgress } from "./units.js";
import { coverOrShow, isCovered, showMaterial } from "./warning.js";

const DRAFT_DELAY_MS = 700;
// A browser that leaves the page sends no more than this behind it.
const KEEPALIVE_BYTES = 60_000;
// Signed out, somebody else at this browser, or the stage at rest: the answer is good and waits for a better time.
const LATER = new Set([401, 403, 404, 409]);
const NOT_NOW = new Set([401, 403, 404]);
// The rater can mend it (a unit without a label), or nobody can (they withdrew): the server's own words say all.
const SAID = new Set(["incomplete", "withdrew"]);
const texts = document.getElementById("rating").dataset;
const clock = new Clock();
const signs = new Signs();
const saving = new Repeated(saveDraft);
let form, draft, busy;

const isShown = (message) => form?.dataset.assignment === message.assignment;

function begin() {
    form = document.getElementById("task-form");
    clearWarnings();
    saving.cancel();
    showTask();
    coverOrShow(form);
    if (form) clock.start(Number(form.dataset.activeMs));
    if (form) signs.start(form.dataset.assignment);
    ask();
}

/** The units that are on the page now. */
function ask() {
    rest(false);
    if (!form) return;
    draft = new Draft(form.dataset, collect(form));
    const local = outbox.draftOf(form.dataset.assignment);
    if (local && local.revision > draft.revision) {
        draft.revision = local.revision;
        restore(form, local);
        scheduleDraft();
    }
    showDetails(form);
    showProgress(form);
    const first = unitsOf(form).find((unit) => labelOf(unit) === null) ?? unitsOf(form)[0];
    beginSteps(form);
    makeCurrent(form, first);
}

function changed() {
    showDetails(form);
    keepStep(form);
    showProgress(form);
    const isKept = outbox.keepDraft(form.dataset.assignment, { ...collect(form), revision: draft.next() });
    say(isKept ? form.dataset.textKept : "");
    scheduleDraft();
}

function scheduleDraft() {
    if (!form.dataset.revising) saving.in(DRAFT_DELAY_MS);
}

async function saveDraft({ isLeaving = false } = {}) {
    const [saved, savedDraft] = [form, draft];
    const content = isLeaving ? draft.lastBody(collect(saved)) : draft.body(collect(saved));
    const body = { ...content, active_ms: clock.read() };
    const keepalive = isLeaving && new Blob([JSON.stringify(body)]).size < KEEPALIVE_BYTES;
    try {
        const answer = await tryOnce(saved.dataset.draftUrl, body, { keepalive });
        savedDraft.wasSaved(body);
        if (form === saved) sayWhen(saved.dataset.textSaved, answer.saved_at);
    } catch (error) {
        if (form === saved) draftNotSaved(error);
    }
}

function draftNotSaved(error) {
    if (error instanceof Refused) {
        if (error.answer.code === "stale_draft") takeOver(error);
        else warn(error.message || texts.textRefused, NOT_NOW.has(error.status) ? [] : waysOut());
    } else if (!saving.again(error)) {
        if (!(error instanceof Failed)) throw error;
        say(texts.textDraftHere);
    }
}

// The overall answer is stored, and the page asks for its other units.
const goesOn = () => Boolean(form.dataset.goesOn);

/**
 * Another window's draft is at the server. Where there is none any more, the page was ended there; where the page asks for
 * other units by now, they are brought by a reload.
 */
function takeOver({ message, answer }) {
    if (!answer.draft || answer.goes_on !== goesOn()) return location.reload();
    const { draft: merged, isOurs, isNews } = draft.reconcile(answer, collect(form));
    restore(form, merged);
    if (isNews) warn(message);
    if (isOurs) return changed();
    outbox.dropDraft(form.dataset.assignment);
    showProgress(form);
}

/** What is marked while an answer is on its way would be lost with the page: nothing can be, until it has arrived. */
function rest(isAtRest) {
    busy = isAtRest;
    if (!form) return;
    form.querySelector(".bench").inert = isAtRest; // the heading above it still says what page this is
    form.toggleAttribute("aria-busy", isAtRest);
}

function submit() {
    if (!form) document.getElementById("next")?.click();
    if (busy || !form || isCovered(form)) return;
    if (!isComplete(form)) {
        warn(form.dataset.textIncomplete);
        makeCurrent(form, unitsOf(form).find((unit) => labelOf(unit) === null));
        return;
    }
    give(form.dataset.submitUrl, { ...collect(form), active_ms: clock.read(), signs: signs.read(), revision: draft.revision });
}

async function give(url, content) {
    clearWarnings();
    saving.cancel();
    const message = {
        url,
        assignment: form.dataset.assignment,
        body: { ...content, client_id: outbox.newId() },
        at: Date.now(),
    };
    const isKept = outbox.put(message);
    await hand(message, { isKept });
}

async function hand(message, { isEarlier = false, isKept = true } = {}) {
    if (isShown(message)) {
        rest(true);
        say(texts.textSaving);
    }
    try {
        const answer = await deliver(message.url, message.body, {
            onWait: (error) => isShown(message) && say(waitingFor(error), { isWaiting: true }),
            stillDue: () => !isKept || outbox.holds(message),
            mostFailures: message.hasFailed ? 1 : undefined,
        });
        outbox.settle(message);
        outbox.dropDraft(message.assignment, message.body.revision);
        // A page that the rater is at meanwhile stays, whatever arrives behind it.
        if (isShown(message) || !form) show(answer);
        else acknowledge(answer);
    } catch (error) {
        notDelivered(message, error, isEarlier);
    }
}

const waitingFor = (error) => (error instanceof Away && !error.isConnected ? texts.textOffline : texts.textBusy);

function notDelivered(message, error, isEarlier) {
    if (error instanceof Superseded) return isShown(message) && location.reload();
    if (!(error instanceof Refused || error instanceof Failed)) throw error;
    const isStale = error.answer?.code === "stale_draft";
    if (error instanceof Failed) outbox.giveUp(message);
    else if (isStale || !LATER.has(error.status)) outbox.remove(message);
    if (!isShown(message)) return;
    rest(false);
    say("");
    if (isStale) takeOver(error);
    else if (error instanceof Failed) warn(texts.textFailing, waysOut(() => hand(message)));
    else if (LATER.has(error.status) || SAID.has(error.answer.code)) {
        // What an earlier rater left at this browser is none of this rater's business.
        if (!isEarlier || !NOT_NOW.has(error.status)) warn(error.message || texts.textRefused);
    } else warn(`${texts.textRefused} ${error.message}`.trim(), waysOut());
}

/** The draft stays as it is; the rater can change it, try again, or leave the page to somebody else and go on. */
function waysOut(again = null) {
    const ways = again ? [{ text: texts.textAgain, act: again }] : [];
    if (canSetAside()) ways.push({ text: texts.textSetAside, act: setAsideAsBroken });
    return ways;
}

function show(answer) {
    const page = document.createElement("template");
    page.innerHTML = answer.parts.task;
    const next = page.content.querySelector("#task-form");
    if (form && next?.dataset.assignment === form.dataset.assignment && next.dataset.goesOn) goOn(answer, next);
    else turn(answer);
}

/** The same page, whose overall answer is stored: what was being read stays where it is. */
function goOn(answer, next) {
    Object.assign(form.dataset, next.dataset);
    document.getElementById("judging").replaceWith(next.querySelector("#judging"));
    for (const id of ["task-progress", "rating-bar"]) document.getElementById(id).innerHTML = answer.parts[id];
    showTask();
    ask();
    acknowledge(answer);
}

function turn(answer) {
    for (const [id, html] of Object.entries(answer.parts)) document.getElementById(id).innerHTML = html;
    if (answer.url) history.replaceState(null, "", answer.url);
    window.scrollTo(0, 0);
    begin();
    acknowledge(answer);
    if (!form || isCovered(form)) document.getElementById("task").focus({ preventScroll: true });
}

function acknowledge(answer) {
    if (answer.saved_at) sayWhen(texts.textSubmitted, answer.saved_at);
    if (answer.notice) warn(answer.notice);
}

const undo = () => document.getElementById("back")?.click();

function label({ label: given }) {
    if (mark(form, given)) changed();
}

function mode({ label: place }) {
    if (markMode(form, place)) changed();
}

/** The last mark of this page; where there is none, the page before. */
function takeBackMark() {
    const unit = takeBack(form);
    if (!unit) return undo();
    makeCurrent(form, unit);
    changed();
}

const WHILE_COVERED = new Set(["flag", "undo", "help", "guidelines"]);

const WHILE_BUSY = new Set(["evidence", "help", "guidelines", "text", "left", "right", "together", "differences", "card"]);

const mayDo = (act) => (!isCovered(form) || WHILE_COVERED.has(act)) && (!busy || WHILE_BUSY.has(act));
listen(() => form, { label, mode, flag: askToSetAside, submit, undo, takeBack: takeBackMark }, mayDo);

document.addEventListener("change", (event) => {
    if (form?.contains(event.target)) changed();
});
document.addEventListener("input", (event) => {
    if (form?.contains(event.target) && event.target.tagName === "TEXTAREA") changed();
});
document.addEventListener("click", (event) => {
    if (event.target.closest("#submit")) submit();
    if (event.target.closest("#leave-unchanged")) {
        saving.cancel();
        outbox.dropDraft(form.dataset.assignment);
    }
    if (event.target.closest("#show-material")) {
        showMaterial(form);
        makeCurrent(form, currentUnit(form));
    }
});
document.addEventListener("submit", (event) => {
    if (event.target.id !== "task-form") return;
    event.preventDefault();
    submit();
});
onSetAside((why) => {
    if (!busy) give(form.dataset.setAsideUrl, { ...why, revision: draft.next() });
});
window.addEventListener("pagehide", () => {
    if (form && saving.isDue && !busy) saveDraft({ isLeaving: true });
});
// Another window of this browser has the same page: it shows what was given there last, and goes on when that is done.
window.addEventListener("storage", (event) => {
    if (!form || busy) return;
    const { assignment } = form.dataset;
    const theirs = event.key === outbox.draftKey(assignment) ? outbox.draftOf(assignment) : null;
    if (theirs && theirs.revision > draft.revision) {
        saving.cancel();
        draft.adopt(theirs);
        restore(form, theirs);
        showProgress(form);
    }
    const gone = outbox.takenOut(event);
    if (gone && isShown(gone) && gone.body.revision >= draft.revision) location.reload();
});

begin();
// What could not be delivered before goes first. Only the page that it belongs to waits for it.
for (const messages of outbox.waitingByPage(texts.prefix)) deliverInOrder(messages);

async function deliverInOrder(messages) {
    for (const message of messages) await hand(message, { isEarlier: true });
}
