// From a statement to the place in the conversations that its evidence quotes.
import { notify } from "../notices.js";
import { showPart } from "./parts.js";
import { loadRest } from "./rest.js";
import { currentUnit, makeCurrent } from "./units.js";

// A long conversation lays turns out only when they come near, which moves the place once more. It stands still after
// so many frames without a move; nobody is kept from scrolling for longer than the most.
const STILL_FRAMES = 3;
const MOST_FRAMES = 30;

// What holds a place may hold it in a part that is loaded in turn: a list, its conversation, its turns.
const MOST_STEPS = 200;

const markOf = (name) => document.querySelector(`mark[data-evidence~="${name}"], [data-turn-evidence~="${name}"]`);

/** The place of a quote, loaded first where the page was too long to hold it; null where there is none. */
async function placeOf(name) {
    for (let step = 0; step < MOST_STEPS; step += 1) {
        const mark = markOf(name);
        if (mark) return mark;
        const rest = document.querySelector(`[data-holds~="${name}"]`);
        if (!rest || !(await loadRest(rest))) return null;
    }
    return null;
}

/** Show the evidence of `button`, or the next one of the current unit. */
export async function openEvidence(form, button = null) {
    const unit = button?.closest("[data-unit]") ?? currentUnit(form);
    const buttons = [...unit.querySelectorAll("[data-shows-evidence]")];
    if (buttons.length === 0) return notify(form.dataset.textNoEvidence);
    const at = buttons.findIndex((each) => each.getAttribute("aria-pressed") === "true");
    const chosen = button ?? buttons[(at + 1) % buttons.length];
    for (const pressed of document.querySelectorAll('[data-shows-evidence][aria-pressed="true"]')) {
        pressed.setAttribute("aria-pressed", "false");
    }
    for (const marked of document.querySelectorAll('[aria-current="true"]')) marked.removeAttribute("aria-current");
    chosen.setAttribute("aria-pressed", "true");
    makeCurrent(form, unit, { focus: false });
    const place = await placeOf(chosen.dataset.showsEvidence);
    if (chosen.getAttribute("aria-pressed") !== "true") return;
    if (!place) return notify(form.dataset.textEvidenceLost);
    showPart("conversations");
    const conversation = place.closest("details");
    if (conversation) conversation.open = true;
    place.setAttribute("aria-current", "true");
    bringToView(place);
}

/** Bring a place, or a range in it, into the middle of what is read, as long as it is the current one. */
export function bringToView(place, range = null, frames = MOST_FRAMES, still = 0) {
    const before = (range ?? place).getBoundingClientRect().top;
    place.scrollIntoView({ block: "center", behavior: "instant" });
    if (range) bringRange(place, range);
    const stood = Math.abs((range ?? place).getBoundingClientRect().top - before) < 1 ? still + 1 : 0;
    const goesOn = stood < STILL_FRAMES && frames > 0 && place.getAttribute("aria-current") === "true";
    if (goesOn && place.isConnected) requestAnimationFrame(() => bringToView(place, range, frames - 1, stood));
}

// A place may be higher than what scrolls it: then its middle is not where the range is.
function bringRange(place, range) {
    const pane = place.closest(".pane");
    const scroller = pane.scrollHeight > pane.clientHeight + 1 ? pane : document.scrollingElement;
    const { top, height } = scroller === pane ? pane.getBoundingClientRect() : { top: 0, height: innerHeight };
    const off = range.getBoundingClientRect().top - (top + height / 2);
    if (Math.abs(off) > height / 3) scroller.scrollTop += off;
}
