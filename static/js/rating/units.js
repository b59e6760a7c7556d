// Which unit of the page the keys speak about, and moving between units.
import { labelOf, labelsOf, modesOf, unitsOf } from "./answers.js";
import { showWhere } from "./parts.js";

const ACCEPT = "1";
const REJECT = "3";

export const currentUnit = (form) => form.querySelector(".unit--current");

/** Focus is on the unit, never on one of its answers: a key that scrolls chooses nothing. */
export function makeCurrent(form, unit, { focus = true } = {}) {
    if (!unit) return;
    currentUnit(form)?.classList.remove("unit--current");
    unit.classList.add("unit--current");
    showWhere(form, unit);
    if (!focus) return;
    unit.focus({ preventScroll: true });
    unit.scrollIntoView({ block: "nearest" });
}

/** Give the current unit a label and go on as it allows. False where it has no such label. */
export function mark(form, label) {
    const unit = currentUnit(form);
    const radio = unit && labelsOf(unit).find((each) => each.value === label);
    if (!radio) return false;
    radio.checked = true;
    goOnFrom(form, unit);
    return true;
}

/** Choose what is wrong with the current unit, which alone rejects it, and go on. False where there is no such thing. */
export function markMode(form, place) {
    const unit = currentUnit(form);
    const chip = unit && modesOf(unit)[Number(place) - 1];
    if (!chip) return false;
    chip.checked = true;
    blame(unit);
    step(form, 1);
    return true;
}

/** What is wrong is chosen: where the label does not say that anything is, it does now. */
export function blame(unit) {
    if (![ACCEPT, null].includes(labelOf(unit))) return;
    for (const radio of labelsOf(unit)) radio.checked = radio.value === REJECT;
}

/** A label that may be followed by what is wrong waits for it. */
export function goOnFrom(form, unit) {
    if (modesOf(unit).length > 0 && labelOf(unit) !== ACCEPT) unit.focus({ preventScroll: true });
    else step(form, 1);
}

export function step(form, by) {
    const units = unitsOf(form);
    const at = units.indexOf(currentUnit(form));
    makeCurrent(form, units[Math.min(Math.max(at + by, 0), units.length - 1)]);
}

export const goTo = (form, id) => makeCurrent(form, unitsOf(form).find((unit) => unit.dataset.unit === id));

/** How many of the page's units are marked, and whether it can be submitted. */
export function showProgress(form) {
    const units = unitsOf(form);
    const marked = units.filter((unit) => labelOf(unit) !== null).length;
    const count = document.getElementById("marked");
    if (count) count.textContent = `${marked} / ${units.length}`;
    // aria-disabled, not disabled: the button keeps its place in the tab order and can say what is missing.
    document.getElementById("submit").setAttribute("aria-disabled", String(marked < units.length));
}
