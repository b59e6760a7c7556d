// The form of a task as data, and back.
import { showMarks } from "./parts.js";

const LABEL = '.choice input[type="radio"]';
const MODE = "[data-failure-mode] input";
const NOTE = ".note textarea";


export const unitsOf = (form) => [...form.querySelectorAll("[data-unit]")];
export const labelOf = (unit) => unit.querySelector(`${LABEL}:checked`)?.value ?? null;
export const modeOf = (unit) => unit.querySelector(`${MODE}:checked`)?.value ?? "";
export const labelsOf = (unit) => [...unit.querySelectorAll(LABEL)];
export const modesOf = (unit) => [...unit.querySelectorAll(MODE)];
export const isComplete = (form) => unitsOf(form).every((unit) => labelOf(unit) !== null);

export function collect(form) {
    const answers = unitsOf(form).map((unit) => {
        const label = labelOf(unit);
        return {
            unit: Number(unit.dataset.unit),
            label: label === null ? null : Number(label),
            failure_mode: modeOf(unit),
            note: unit.querySelector(NOTE)?.value ?? "",
        };
    });
    return {
        answers,
        missing_attributes: form.elements.missing_attributes?.value ?? "",
        comment: form.elements.comment?.value ?? "",
    };
}

function restoreMark(unit, { label, failure_mode: mode }) {
    for (const radio of labelsOf(unit)) radio.checked = label !== null && radio.value === String(label);
    for (const chip of modesOf(unit)) chip.checked = chip.value === mode;
}

const unitOf = (form, answer) => form.querySelector(`[data-unit="${Number(answer.unit)}"]`);

/** Labels and failure modes as they were; what was written stays. */
export function restoreMarks(form, answers) {
    for (const answer of answers) restoreMark(unitOf(form, answer), answer);
    showDetails(form);
}

export function restore(form, draft) {
    for (const answer of draft.answers ?? []) {
        const unit = unitOf(form, answer);
        if (!unit) continue;
        restoreMark(unit, answer);
        const note = unit.querySelector(NOTE);
        if (note) note.value = answer.note ?? "";
    }
    if (form.elements.missing_attributes) form.elements.missing_attributes.value = draft.missing_attributes ?? "";
    if (form.elements.comment) form.elements.comment.value = draft.comment ?? "";
    showDetails(form);
}

const NOTHING = { label: null, failure_mode: "", note: "" };

/**
 * `theirs`, but each field that was changed here since both had `known` stays as it is `now`. Returns the draft and
 * whether anything stayed.
 */
export function merge(theirs, known, now) {
    let isOurs = false;
    const chosen = (name, their, before, present) => {
        if (present[name] === before[name]) return their[name];
        isOurs ||= present[name] !== their[name];
        return present[name];
    };
    const of = (draft) => new Map((draft.answers ?? []).map((answer) => [answer.unit, answer]));
    const [their, before] = [of(theirs), of(known)];
    const answers = now.answers.map((present) => {
        const sources = [their.get(present.unit) ?? NOTHING, before.get(present.unit) ?? NOTHING, present];
        const fields = Object.keys(NOTHING).map((name) => [name, chosen(name, ...sources)]);
        return { unit: present.unit, ...Object.fromEntries(fields) };
    });
    const pageFields = ["missing_attributes", "comment"].map((name) => [name, chosen(name, theirs, known, now)]);
    return { draft: { answers, ...Object.fromEntries(pageFields) }, isOurs };
}

/** A failure mode goes with a label that calls for one; notes that hold something are marked. */
export function showDetails(form) {
    for (const unit of unitsOf(form)) {
        if (["1", null].includes(labelOf(unit))) for (const chip of modesOf(unit)) chip.checked = false;
    }
    for (const note of form.querySelectorAll("details.note")) {
        note.classList.toggle("note--written", note.querySelector("textarea").value !== "");
    }
    showMarks(form);
}
