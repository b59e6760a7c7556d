// What was marked on this page, step by step, so that the last mark can be taken back.
import { collect, restoreMarks, unitsOf } from "./answers.js";

let steps = [];

const marksOf = (form) => collect(form).answers.map(({ unit, label, failure_mode: mode }) => ({ unit, label, failure_mode: mode }));
const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export function beginSteps(form) {
    steps = [marksOf(form)];
}

export function keepStep(form) {
    const now = marksOf(form);
    if (!isSame(now, steps.at(-1))) steps.push(now);
}

/** The unit whose last mark was taken back; null where nothing was marked. */
export function takeBack(form) {
    if (steps.length < 2) return null;
    const undone = steps.pop();
    restoreMarks(form, steps.at(-1));
    const place = undone.findIndex((mark, at) => !isSame(mark, steps.at(-1)[at]));
    return unitsOf(form)[place];
}
