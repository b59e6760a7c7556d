// On a narrow page a long prompt shows its first lines. A tap opens it over the texts, so that nothing moves.
let observer = null;

const promptOf = () => document.querySelector(".bench .prompt");
const buttonOf = (prompt) => prompt.querySelector(".prompt__switch");
const isOpen = (prompt) => prompt.classList.contains("is-open");
const canOpen = (prompt) => buttonOf(prompt).getClientRects().length > 0;

export function measurePrompt() {
    observer?.disconnect();
    const prompt = promptOf();
    if (!prompt) return;
    observer = new ResizeObserver(() => {
        if (isOpen(prompt)) return;
        prompt.classList.toggle("is-long", prompt.scrollHeight > prompt.clientHeight + 1);
    });
    observer.observe(prompt);
    observer.observe(prompt.firstElementChild);
}

function open(prompt, is) {
    prompt.classList.toggle("is-open", is);
    buttonOf(prompt).setAttribute("aria-expanded", String(is));
}

document.addEventListener("click", ({ target }) => {
    const prompt = promptOf();
    if (!prompt || !canOpen(prompt)) return;
    const isHere = prompt.contains(target);
    // To select words of it, or to load its rest, is not to close it.
    if (isHere && (target.closest("[data-rest]") || !getSelection().isCollapsed)) return;
    open(prompt, isHere && !isOpen(prompt));
});
document.addEventListener("keydown", ({ key }) => {
    const prompt = promptOf();
    if (key === "Escape" && prompt) open(prompt, false);
});
document.addEventListener("focusout", ({ target, relatedTarget }) => {
    const prompt = target.closest?.(".bench .prompt");
    if (prompt && relatedTarget && !prompt.contains(relatedTarget)) open(prompt, false);
});
