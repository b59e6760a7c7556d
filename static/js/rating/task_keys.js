// What works wherever a task is shown, to be judged, previewed or adjudicated: keys, units, evidence, texts.
import { isDialogOpen, openDialog } from "../dialogs.js";
import { modesOf } from "./answers.js";
import "./conversations.js";
import { showDifferences, switchDifferences } from "./differences.js";
import { measureDock } from "./dock.js";
import { openEvidence } from "./evidence.js";
import { showKeys } from "./key_dialog.js";
import { keysOf, meaning } from "./keys.js";
import { leave, openMissing, openNote } from "./notes.js";
import { betweenTextAnd, goToText, scrollByKey, showTogether, switchTogether } from "./panes.js";
import { showPart } from "./parts.js";
import { openCard } from "./person_card.js";
import { measurePrompt } from "./prompt.js";
import "./rest.js";
import { showReading, switchReading } from "./reading.js";
import { openSearch } from "./search.js";
import { blame, currentUnit, goOnFrom, goTo, makeCurrent, step } from "./units.js";

const { stage } = document.getElementById("keys").dataset;
const WITHOUT_TASK = new Set(["help", "guidelines", "submit"]);
let keys = keysOf(stage);

/** Bring a task that has just come to the keys and to how this browser's rater reads. */
export function showTask() {
    showKeys();
    showReading();
    showTogether();
    showDifferences();
    measureDock();
    measurePrompt();
}

/** `formOf` gives the form of the task on the page, or null; `acts` are the page's own; `mayDo` may refuse one for now. */
export function listen(formOf, acts, mayDo = () => true) {
    const known = { ...actsOn(formOf), ...acts };
    document.addEventListener("keydown", (event) => {
        if (event.isComposing || isDialogOpen()) return;
        if (formOf() && scrollByKey(event)) return event.preventDefault();
        const act = event.repeat ? null : meaning(event, keys);
        if (!act || !known[act.name] || !(formOf() || WITHOUT_TASK.has(act.name)) || !mayDo(act.name)) return;
        event.preventDefault();
        known[act.name](act);
    });
    document.addEventListener("focusin", (event) => {
        const form = formOf();
        const unit = event.target.closest?.("[data-unit]");
        if (form && unit && unit !== currentUnit(form)) makeCurrent(form, unit, { focus: false });
    });
    document.addEventListener("click", (event) => pressed(event, formOf()));
    document.addEventListener("keyschange", () => {
        showKeys();
        keys = keysOf(stage);
    });
}

function actsOn(formOf) {
    return {
        next: () => step(formOf(), 1),
        previous: () => step(formOf(), -1),
        evidence: () => openEvidence(formOf()),
        find: () => {
            showPart("conversations");
            openSearch();
        },
        card: () => openCard(),
        missing: () => openMissing(formOf()),
        comment: () => openNote(formOf()),
        leave: () => leave(formOf()),
        text: () => betweenTextAnd(() => leave(formOf())),
        left: () => goToText("left"),
        right: () => goToText("right"),
        together: switchTogether,
        differences: () => switchDifferences(),
        help: () => openDialog("keys"),
        guidelines: () => openDialog("guidelines"),
    };
}

function pressed(event, form) {
    const at = (selector) => event.target.closest(selector);
    if (at("[data-shows-evidence]")) openEvidence(form, at("[data-shows-evidence]"));
    if (at("#reading-switch")) switchReading(at("#reading-switch"));
    if (at("#together")) switchTogether();
    if (at("#differences")) switchDifferences(at("#differences"));
    if (at("[data-shows]")) showPart(at("[data-shows]").dataset.shows);
    if (at("[data-goes-to]")) goTo(form, at("[data-goes-to]").dataset.goesTo);
    // A key that moves the choice is a click for the browser, too; only a finger or a mouse goes on.
    if (event.detail > 0 && at("[data-unit] input[type='radio']")) chosen(form, event.target);
}

// Which chip was chosen before this press: the same one again takes it back.
let chipBefore = null;
document.addEventListener("pointerdown", (event) => {
    const chip = event.target.closest?.("[data-failure-mode] input");
    chipBefore = chip?.checked ? chip : null;
});

function chosen(form, radio) {
    const unit = radio.closest("[data-unit]");
    if (!modesOf(unit).includes(radio)) return goOnFrom(form, unit);
    if (radio === chipBefore) {
        radio.checked = false;
        radio.dispatchEvent(new Event("change", { bubbles: true }));
    } else {
        blame(unit);
        step(form, 1);
    }
}
