// Which unit of the page the keys speak about, and moving between units.
import { unitsOf } from "./answers.js";

export const currentUnit = (form) => form.querySelector(".unit--current");

export function makeCurrent(form, unit, { focus = true } = {}) {
    if (!unit) return;
    currentUnit(form)?.classList.remove("unit--current");
    unit.classList.add("unit--current");
    if (!focus) return;
    const target = unit.querySelector('input[type="radio"]:checked') ?? unit.querySelector('input[type="radio"]');
    target.focus({ preventScroll: true });
    unit.scrollIntoView({ block: "nearest" });
}

/** Give the current unit a label and go to the next one. False where it has no such label. */
export function mark(form, label) {
    const unit = currentUnit(form);
    const radio = unit?.querySelector(`input[type="radio"][value="${label}"]`);
    if (!radio) return false;
    radio.checked = true;
    if (unit !== unitsOf(form).at(-1)) step(form, 1);
    else radio.focus({ preventScroll: true });
    return true;
}

export function step(form, by) {
    const units = unitsOf(form);
    const at = units.indexOf(currentUnit(form));
    makeCurrent(form, units[Math.min(Math.max(at + by, 0), units.length - 1)]);
}

export function openNote(form) {
    const details = currentUnit(form)?.querySelector("details.note");
    if (!details) return;
    details.open = true;
    details.querySelector("textarea").focus();
}
