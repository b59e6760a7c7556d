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

/** `theirs`, but what was changed here since `before` stays as it is `now`. Returns the draft and whether anything stayed. */
export function merge(theirs, before, now) {
    const sent = new Map(before.answers.map((answer) => [answer.unit, JSON.stringify(answer)]));
    const changed = new Map(
        now.answers.filter((answer) => sent.get(answer.unit) !== JSON.stringify(answer)).map((answer) => [answer.unit, answer]),
    );
    const kept = {};
    for (const name of ["missing_attributes", "comment"]) if (now[name] !== before[name]) kept[name] = now[name];
    const known = new Map((theirs.answers ?? []).map((answer) => [answer.unit, answer]));
    const answers = now.answers.map(
        ({ unit }) => changed.get(unit) ?? known.get(unit) ?? { unit, label: null, failure_mode: "", note: "" },
    );
    return { draft: { ...theirs, ...kept, answers }, isOurs: changed.size > 0 || Object.keys(kept).length > 0 };
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
