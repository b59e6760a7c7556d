// Stage 3's linear reading: the left response, then the right one below it, scrolled as one text.
import { notify } from "../notices.js";
import { recall, remember } from "./remembered.js";

const NAME = "yardstick:reading";
const isLinear = () => recall(NAME) === "linear";

/** Bring the page, and the switch on it, to what this browser remembers. */
export function showReading() {
    document.documentElement.classList.toggle("reads-linearly", isLinear());
    document.getElementById("reading-switch")?.setAttribute("aria-pressed", String(isLinear()));
}

export function switchReading(button) {
    remember(NAME, isLinear() ? null : "linear");
    showReading();
    notify(isLinear() ? button.dataset.textLinear : button.dataset.textBeside);
}
