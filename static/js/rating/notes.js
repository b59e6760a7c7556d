// Notes lie over the texts while they are written, so that nothing moves; Escape, or going elsewhere, leaves them.
import { currentUnit, makeCurrent } from "./units.js";

const open = (note) => {
    if (!note) return;
    note.open = true;
    note.querySelector("textarea").focus({ preventScroll: true });
};

export const openNote = (form) => open(currentUnit(form)?.querySelector("details.note"));
export const openMissing = (form) => open(form.querySelector("details[data-missing]"));

/** From wherever one is, back to the question. */
export function leave(form) {
    if (document.querySelector(":popover-open")) return;
    makeCurrent(form, currentUnit(form));
}

document.addEventListener("focusout", (event) => {
    const note = event.target.closest?.(".bench details.note");
    // Another window in front is no reason to close it.
    if (note && document.hasFocus() && !note.contains(event.relatedTarget)) note.open = false;
});
