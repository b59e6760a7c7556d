// The list of keys: the switch, other keys for an act, and the hints on the page that follow.
import { areOn, canBeKey, changeKey, forgetOwnKeys, hasOwnKeys, setOn, tableOf } from "./keys.js";

const WAITING = "keys__row--waiting";
const SHOWN_AS = { ArrowDown: "↓", ArrowUp: "↑" };
const MODIFIERS = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "Fn", "Dead"]);

const dialog = document.getElementById("keys");
const stage = Number(dialog.dataset.stage);
const shownAs = (key) => SHOWN_AS[key] ?? key;
const rowOf = (act) => dialog.querySelector(`[data-act="${CSS.escape(act)}"]`);
const wordsOf = (row) => row.querySelector("[data-words]").textContent;
const waitingRow = () => dialog.querySelector(`.${WAITING}`);

function say(text, values = {}) {
    const filled = text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
    document.getElementById("keys-status").textContent = filled;
}

/** Everything on the page that names a key: the list, the small hints, what screen readers are told. */
export function showKeys() {
    const table = tableOf(stage);
    document.documentElement.classList.toggle("keys-off", !areOn());
    for (const row of dialog.querySelectorAll("[data-act]")) {
        const kbds = (table[row.dataset.act] ?? []).map((key) => {
            const kbd = document.createElement("kbd");
            kbd.textContent = shownAs(key);
            return kbd;
        });
        row.querySelector("dt").replaceChildren(...kbds);
    }
    for (const hint of document.querySelectorAll("[data-hint]")) {
        const key = table[hint.dataset.hint]?.[0];
        if (key) hint.textContent = shownAs(key);
    }
    for (const control of document.querySelectorAll("[data-shortcut]")) {
        const key = table[control.dataset.shortcut]?.[0];
        if (key && areOn()) control.setAttribute("aria-keyshortcuts", key);
        else control.removeAttribute("aria-keyshortcuts");
    }
    document.getElementById("keys-usual").hidden = !hasOwnKeys();
}

function stopWaiting() {
    waitingRow()?.classList.remove(WAITING);
}

function take(event) {
    const row = waitingRow();
    if (!row || MODIFIERS.has(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    const texts = dialog.dataset;
    if (event.key === "Escape") {
        stopWaiting();
        say(texts.textKept, { act: wordsOf(row) });
    } else if (!canBeKey(event)) {
        say(texts.textUnfit);
    } else {
        const taken = changeKey(stage, row.dataset.act, event.key);
        const key = event.key;
        if (taken) refuse(key, taken);
        else {
            stopWaiting();
            say(texts.textChanged, { act: wordsOf(row), key });
            dialog.dispatchEvent(new CustomEvent("keyschange", { bubbles: true }));
        }
    }
}

function refuse(key, taken) {
    const row = rowOf(taken.act);
    const isHere = row && (taken.stage === stage || !taken.act.includes(":"));
    if (isHere) say(dialog.dataset.textTaken, { key, act: wordsOf(row) });
    else say(dialog.dataset.textTakenElsewhere, { key });
}

function wait(button) {
    const row = button.closest("[data-act]");
    stopWaiting();
    row.classList.add(WAITING);
    say(dialog.dataset.textPress, { act: wordsOf(row) });
}

dialog.addEventListener("keydown", take, { capture: true });
dialog.addEventListener("cancel", (event) => {
    if (waitingRow()) event.preventDefault();
});
dialog.addEventListener("close", () => {
    stopWaiting();
    say("");
});
dialog.addEventListener("click", (event) => {
    const change = event.target.closest("[data-changes-key]");
    if (change) wait(change);
    else if (event.target.id === "keys-usual") {
        forgetOwnKeys();
        stopWaiting();
        say(dialog.dataset.textUsual);
        dialog.querySelector("#keys-switch").focus();
        dialog.dispatchEvent(new CustomEvent("keyschange", { bubbles: true }));
    }
});
dialog.addEventListener("change", (event) => {
    if (event.target.id !== "keys-switch") return;
    setOn(event.target.checked);
    showKeys();
});
dialog.querySelector("#keys-switch").checked = areOn();
