// Search in the conversations, those too that are not loaded: the server says in which turns, they are loaded when gone to.
import { bringToView } from "./evidence.js";
import { highlight, patternOf, rangesIn } from "./highlights.js";
import { reveal } from "./quoted.js";
import { loadRest } from "./rest.js";
import { currentUnit, makeCurrent } from "./units.js";

const PAUSE_MS = 250;
// What holds a turn may hold it in a part that is loaded in turn: a list, its conversation, its turns.
const MOST_STEPS = 200;
const none = { hits: [], more: false };
let found = none;
let at = -1;
let pattern = null;
let asked = 0;
let waiting;

const field = () => document.getElementById("find");

export function openSearch() {
    field()?.focus();
    field()?.select();
}

/** A task has come whose conversations nobody has searched yet. */
export function forget() {
    clearTimeout(waiting);
    asked += 1;
    [found, at, pattern] = [none, -1, null];
    showMarks();
}

/** Mark what is found in all that is laid out by now. */
export function showMarks() {
    const texts = pattern ? [...document.querySelectorAll(".turn__text")] : [];
    highlight("found", texts.flatMap((text) => rangesIn(text, pattern)));
    if (!pattern) highlight("found-now", []);
}

function say(text) {
    const place = document.getElementById("found");
    place.textContent = text;
    place.parentElement.hidden = text === "";
}

function sayWhere() {
    const { textNone, textAt, textMore } = document.getElementById("found").dataset;
    if (found.hits.length === 0) return say(textNone);
    return say((found.more ? textMore : textAt).replace("{at}", at + 1).replace("{count}", found.hits.length));
}

async function search() {
    const words = field().value;
    forget();
    say("");
    pattern = patternOf(words);
    if (!pattern) return;
    const mine = asked;
    const answer = await ask(words);
    if (mine !== asked) return;
    if (!answer) return say(document.getElementById("found").dataset.textFailed);
    found = answer;
    showMarks();
    await goTo(0);
}

async function ask(words) {
    const url = field().closest("[data-searched]").dataset.searched;
    try {
        const response = await fetch(`${url}find=${encodeURIComponent(words)}`, { headers: { "X-Requested-With": "fetch" } });
        return response.ok && !response.redirected ? await response.json() : null;
    } catch (error) {
        if (error instanceof TypeError) return null;
        throw error;
    }
}

async function goTo(number) {
    const { hits } = found;
    at = hits.length > 0 ? (number + hits.length) % hits.length : -1;
    sayWhere();
    if (at < 0) return;
    const mine = asked;
    const turn = await turnOf(hits[at]);
    if (mine !== asked || !turn) return;
    reveal(turn.closest("details"));
    turn.closest("details").open = true;
    showMarks();
    const [first] = rangesIn(turn.querySelector(".turn__text"), pattern);
    highlight("found-now", first ? [first] : []);
    for (const marked of document.querySelectorAll('.pane [aria-current="true"]')) marked.removeAttribute("aria-current");
    turn.setAttribute("aria-current", "true");
    bringToView(turn, first);
}

async function turnOf([conversation, piece]) {
    for (let step = 0; step < MOST_STEPS; step += 1) {
        const around = document.querySelector(`[data-conversation="${conversation}"]`);
        const turn = around?.querySelector(`[data-piece="${piece}"]`);
        if (turn) return turn;
        const rest = around ? restWith(around, piece) : document.querySelector('.pane__body > [data-rest*="after="]');
        if (!rest || !(await loadRest(rest))) return null;
    }
    return null;
}

function restWith(around, piece) {
    return [...around.querySelectorAll("[data-rest]")].find((rest) => {
        const { searchParams } = new URL(rest.dataset.rest, location);
        return Number(searchParams.get("from") ?? 0) <= piece && piece < Number(searchParams.get("to") ?? Infinity);
    });
}

function leave() {
    const form = field().form;
    field().value = "";
    forget();
    say("");
    makeCurrent(form, currentUnit(form));
}

function isSoon() {
    clearTimeout(waiting);
    waiting = setTimeout(search, PAUSE_MS);
}

document.addEventListener("input", ({ target }) => target.id === "find" && isSoon());
// It is no answer: what is searched for is none of the draft's business.
document.addEventListener("change", (event) => event.target.id === "find" && event.stopPropagation(), { capture: true });
document.addEventListener("keydown", (event) => {
    if (event.target.id !== "find" || event.isComposing) return;
    if (event.key === "Escape") leave();
    else if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return;
    else goTo(at + (event.shiftKey ? -1 : 1));
    event.preventDefault();
});
document.addEventListener("click", ({ target }) => {
    if (target.closest("#find-next")) goTo(at + 1);
    if (target.closest("#find-previous")) goTo(at - 1);
});
