// Flagged material stays covered until the rater asks for it; whoever wishes is asked once in a session.
import { recall, remember } from "./remembered.js";

const NAME = "yardstick:no-warning";

export const isCovered = (form) => form?.hidden ?? false;

/** A new page: uncover it at once where the rater wants no warning any more. */
export function coverOrShow(form) {
    if (isCovered(form) && recall(NAME, sessionStorage) === "on") uncover(form);
    showState(form);
}

export function showMaterial(form) {
    if (document.getElementById("no-warning").checked) remember(NAME, "on", sessionStorage);
    uncover(form);
    showState(form);
}

function uncover(form) {
    form.hidden = false;
    document.getElementById("content-warning").hidden = true;
}

// While it is covered there is nothing to submit.
function showState(form) {
    document.documentElement.classList.toggle("is-covered", isCovered(form));
}
