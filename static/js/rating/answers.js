// The form of a task as data, and back.
const UNIT_FIELDS = { label: 'input[type="radio"]', failure_mode: "select", note: "textarea" };

export const unitsOf = (form) => [...form.querySelectorAll("[data-unit]")];
export const labelOf = (unit) => unit.querySelector('input[type="radio"]:checked')?.value ?? null;
export const isComplete = (form) => unitsOf(form).every((unit) => labelOf(unit) !== null);

export function collect(form) {
    const answers = unitsOf(form).map((unit) => {
        const label = labelOf(unit);
        return {
            unit: Number(unit.dataset.unit),
            label: label === null ? null : Number(label),
            failure_mode: unit.querySelector(UNIT_FIELDS.failure_mode)?.value ?? "",
            note: unit.querySelector(UNIT_FIELDS.note)?.value ?? "",
        };
    });
    return {
        answers,
        missing_attributes: form.elements.missing_attributes?.value ?? "",
        comment: form.elements.comment?.value ?? "",
    };
}

export function restore(form, draft) {
    for (const answer of draft.answers ?? []) {
        const unit = form.querySelector(`[data-unit="${Number(answer.unit)}"]`);
        if (!unit) continue;
        for (const radio of unit.querySelectorAll(UNIT_FIELDS.label)) {
            radio.checked = answer.label !== null && radio.value === String(answer.label);
        }
        const mode = unit.querySelector(UNIT_FIELDS.failure_mode);
        if (mode) mode.value = answer.failure_mode ?? "";
        const note = unit.querySelector(UNIT_FIELDS.note);
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

/** The failure mode is asked for only where the label calls for one; notes that hold something are open. */
export function showDetails(form) {
    for (const unit of unitsOf(form)) {
        const mode = unit.querySelector("[data-failure-mode]");
        if (mode) {
            mode.hidden = !["2", "3"].includes(labelOf(unit));
            if (mode.hidden) mode.querySelector("select").value = "";
        }
        const note = unit.querySelector("details textarea");
        if (note?.value) note.closest("details").open = true;
    }
}
