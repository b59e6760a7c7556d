// The texts of a task: which is being read, how keys scroll it, and two that scroll together.
import { recall, remember } from "./remembered.js";
import { showPart } from "./parts.js";

const TOGETHER = "yardstick:scroll-together";
// Of the height of a text: some lines of the page before stay in sight.
const PAGE = 0.88;
const CONTROLS = "button, a, summary, select, textarea, input";
let last = null;

const isTogether = () => recall(TOGETHER) === "on";
const isShown = (place) => place.isConnected && place.getClientRects().length > 0;

/** The text that was read last; the first that is shown before one was. */
export function textRead() {
    if (last && isShown(last)) return last;
    return [...document.querySelectorAll("[data-reads]")].find(isShown) ?? null;
}

/** What scrolls when a text is scrolled: itself, what holds it, or null for the page as a whole. */
function scrollerOf(place) {
    for (let each = place; each && each !== document.body; each = each.parentElement) {
        const scrolls = ["auto", "scroll"].includes(getComputedStyle(each).overflowY);
        if (scrolls && each.scrollHeight > each.clientHeight + 1) return each;
    }
    return null;
}

const WAYS = {
    " ": (scroller, isBack) => scroller.scrollTop + (isBack ? -1 : 1) * PAGE * scroller.clientHeight,
    PageDown: (scroller) => scroller.scrollTop + PAGE * scroller.clientHeight,
    PageUp: (scroller) => scroller.scrollTop - PAGE * scroller.clientHeight,
    Home: () => 0,
    End: (scroller) => scroller.scrollHeight,
};

// A space writes, presses or chooses where focus is on something that can be written in, pressed or chosen.
function hasOwnUse(key, target) {
    if (target.matches("textarea, select, input:not([type='radio'], [type='checkbox'])")) return true;
    return key === " " && target.matches(CONTROLS) && !(target.type === "radio" && target.checked);
}

/** Scroll the text read last by a key. False where the key is left to the browser. */
export function scrollByKey(event) {
    const way = WAYS[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey || hasOwnUse(event.key, event.target)) return false;
    const scroller = textRead() && scrollerOf(textRead());
    if (!scroller) return false;
    scroller.scrollTo({ top: way(scroller, event.shiftKey), behavior: "instant" });
    return true;
}

/** Go to a text: "left" or "right". */
export function goToText(name) {
    showPart(name);
    const place = document.getElementById(name);
    if (!place) return;
    last = place;
    place.focus({ preventScroll: true });
    if (scrollerOf(place) !== place) place.parentElement.scrollIntoView({ block: "start", behavior: "instant" });
}

/** Between the text read last and the question. */
export function betweenTextAnd(leave) {
    const place = textRead();
    if (document.activeElement === place) leave();
    else place?.focus({ preventScroll: true });
}

export function showTogether() {
    document.getElementById("together")?.setAttribute("aria-pressed", String(isTogether()));
}

export function switchTogether() {
    remember(TOGETHER, isTogether() ? null : "on");
    showTogether();
    if (isTogether() && last) follow(last);
}

// The other text stands where this one does, in parts of its length: both begin and end together.
function follow(place) {
    const other = document.getElementById({ left: "right", right: "left" }[place.id]);
    if (!other) return;
    const share = place.scrollTop / Math.max(1, place.scrollHeight - place.clientHeight);
    other.scrollTop = share * (other.scrollHeight - other.clientHeight);
}

function read(event) {
    const place = event.target.closest?.("[data-reads]");
    if (place) last = place;
}

for (const kind of ["focusin", "pointerdown", "wheel"]) document.addEventListener(kind, read, { passive: true });
document.addEventListener(
    "scroll",
    (event) => {
        if (isTogether() && event.target === last) follow(last);
    },
    { capture: true, passive: true },
);
