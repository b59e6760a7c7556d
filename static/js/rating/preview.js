// A page as raters get it. Their keys work; nothing is kept, here or on the server.
import { warn } from "../notices.js";
import { isComplete, labelOf, showDetails, unitsOf } from "./answers.js";
import { listen, showTask } from "./task_keys.js";
import { makeCurrent, mark, markMode } from "./units.js";

const form = document.getElementById("task-form");
const bar = document.getElementById("preview-bar");

function label({ label: given }) {
    if (mark(form, given)) showDetails(form);
}

function mode({ label: place }) {
    if (markMode(form, place)) showDetails(form);
}

function submit() {
    const next = bar.querySelector('[rel="next"]');
    if (!isComplete(form)) {
        warn(form.dataset.textIncomplete);
        makeCurrent(form, unitsOf(form).find((unit) => labelOf(unit) === null));
    } else if (next) next.click();
    else warn(bar.dataset.textEnd);
}

const undo = () => bar.querySelector('[rel="prev"]')?.click();

showTask();
if (form) makeCurrent(form, unitsOf(form)[0]);
listen(() => form, { label, mode, submit, undo });
form?.addEventListener("change", () => showDetails(form));
form?.addEventListener("submit", (event) => event.preventDefault());
document.getElementById("submit")?.addEventListener("click", submit);
