// Only the conversations that hold evidence, where the rater wants no others. The next page begins with all of them again.
const button = () => document.getElementById("only-quoted");

const isOn = () => button()?.getAttribute("aria-pressed") === "true";

export const isShown = (conversation) => !isOn() || "quoted" in conversation.dataset;

/** How many there are to read now, loaded or not, of `count` in all. */
export const countShown = (count) => (isOn() ? button().dataset.count : count);

export function switchOnly() {
    button().setAttribute("aria-pressed", String(!isOn()));
}

/** What is gone to is seen, whatever was left out. */
export function reveal(conversation) {
    if (!isShown(conversation)) button().click();
}
