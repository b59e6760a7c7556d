// Where the rater is in a person's conversations: position, ruler, folding.
import { countShown, isShown, switchOnly } from "./quoted.js";
import { forget, showMarks } from "./search.js";

// The conversation that is being read begins above this line below the tools, in pixels.
const BELOW = 40;
let tools = null;
let isDue = false;
let hasChanged = true;

const all = () => [...document.querySelectorAll("[data-conversation]")].filter(isShown);

function current(conversations) {
    const line = Math.max(0, tools.getBoundingClientRect().bottom) + BELOW;
    return Math.max(0, conversations.findLastIndex((each) => each.getBoundingClientRect().top <= line));
}

function showWhere() {
    const conversations = all();
    if (!tools?.isConnected || conversations.length === 0) return;
    const at = current(conversations);
    const where = document.getElementById("where");
    where.textContent = where.dataset.text.replace("{at}", at + 1).replace("{count}", countShown(tools.dataset.count));
    if (conversations[at].open) conversations[at].dataset.read = "";
    const ticks = tools.querySelector(".talks__ruler").children;
    conversations.forEach((conversation, place) => {
        ticks[place].classList.toggle("tick--read", "read" in conversation.dataset);
        ticks[place].classList.toggle("tick--here", place === at);
    });
}

function showFold() {
    const fold = document.getElementById("fold");
    if (fold) fold.textContent = all().some((each) => !each.open) ? fold.dataset.textUnfold : fold.dataset.textFold;
}

function foldAll() {
    const isOpen = all().some((each) => !each.open);
    for (const each of all()) each.open = isOpen;
}

function goTo(place) {
    const conversation = all()[place];
    if (!conversation) return;
    conversation.open = true;
    conversation.scrollIntoView({ block: "start", behavior: "instant" });
}

/** The conversation that was read stays where it is; if it is left out now, the next one comes there. */
function leaveOut() {
    const before = all();
    const here = before[current(before)];
    switchOnly();
    const isBehind = (each) => here.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING;
    const next = all().find((each) => each === here || isBehind(each)) ?? all().at(-1);
    next?.scrollIntoView({ block: "start", behavior: "instant" });
    refresh();
}

/** What has come with a task, or with a part of it. */
function refresh() {
    const known = tools;
    tools = document.querySelector("[data-searched]");
    if (!tools?.querySelector(".talks__ruler")) return;
    if (tools !== known) forget();
    tools.querySelector(".talks__ruler").replaceChildren(...all().map(tickOf));
    showMarks();
    showFold();
    showWhere();
}

function tickOf(conversation) {
    const tick = document.createElement("span");
    tick.className = "tick";
    tick.classList.toggle("tick--quoted", "quoted" in conversation.dataset);
    tick.title = conversation.querySelector(".conversation__number").textContent;
    return tick;
}

/** Once a frame, however much is scrolled or loaded in it. */
function soon() {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
        isDue = false;
        if (hasChanged) refresh();
        else showWhere();
        hasChanged = false;
    });
}

const isOfMaterial = ({ target }) => target.matches("#task, #main") || target.closest("[data-conversation], .pane__body");

new MutationObserver((changes) => {
    if (!changes.some(isOfMaterial)) return;
    hasChanged = true;
    soon();
}).observe(document.getElementById("main"), { childList: true, subtree: true });
document.addEventListener("scroll", soon, { capture: true, passive: true });
document.addEventListener(
    "toggle",
    ({ target }) => {
        if (!target.matches("[data-conversation]")) return;
        showFold();
        soon();
    },
    { capture: true },
);
document.addEventListener("click", ({ target }) => {
    if (target.closest("#fold")) foldAll();
    if (target.closest("#only-quoted")) leaveOut();
    if (target.closest("#conversation-next")) goTo(current(all()) + 1);
    if (target.closest("#conversation-previous")) goTo(Math.max(0, current(all()) - 1));
    const tick = target.closest(".tick");
    if (tick) goTo([...tick.parentElement.children].indexOf(tick));
});
soon();
