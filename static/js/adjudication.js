// One unit at a time, by the keys that raters have: j and k go to other units.
import { warn } from "./notices.js";
import { isComplete } from "./rating/answers.js";
import { listen, showTask } from "./rating/task_keys.js";
import { makeCurrent, mark } from "./rating/units.js";

const form = document.getElementById("task-form");
const bar = document.getElementById("adjudication-bar");
const go = (relation) => bar.querySelector(`[rel="${relation}"]`)?.click();
const reason = () => form.elements.note;

function submit() {
    if (isComplete(form) && reason().value.trim()) return form.requestSubmit();
    warn(form.dataset.textIncomplete);
    if (isComplete(form)) reason().focus();
}

showTask();
if (form) makeCurrent(form, form.querySelector("[data-unit]"));
listen(() => form, {
    label: ({ label }) => mark(form, label),
    comment: () => reason().focus(),
    next: () => go("next"),
    previous: () => go("prev"),
    submit,
});
