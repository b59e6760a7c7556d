const SHOWN_FOR_MS = 6000;

/**
 * Say something without moving the focus: shown for a moment and read aloud. Errors, and what asks for an act, stay
 * until they are closed. `actions` are buttons: [{ text, act }]; each closes the notice.
 */
export function notify(text, { isError = false, actions = [] } = {}) {
    const place = document.getElementById(isError ? "urgent-notices" : "notices");
    const toast = document.createElement("div");
    toast.className = isError ? "toast toast--error" : "toast";
    const words = document.createElement("p");
    words.textContent = text;
    toast.append(words, ...actions.map((each) => button(each.text, () => close(toast, each.act))));
    const stays = isError || actions.length > 0;
    if (stays) toast.append(button(place.dataset.textClose, () => close(toast)));
    else setTimeout(() => toast.remove(), SHOWN_FOR_MS);
    place.append(toast);
}

/** An error that takes the place of those before it. */
export function warn(text, actions = []) {
    clearWarnings();
    notify(text, { isError: true, actions });
}

export const clearWarnings = () => document.getElementById("urgent-notices").replaceChildren();

function close(toast, act = () => {}) {
    toast.remove();
    act();
}

function button(text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button toast__button";
    made.textContent = text;
    made.addEventListener("click", act);
    return made;
}

export function startNotices() {
    document.addEventListener("htmx:responseError", (event) => {
        notify(`The server answered with an error (${event.detail.xhr.status}). Nothing was changed; please try again.`, { isError: true });
    });
    document.addEventListener("htmx:sendError", () => {
        notify("The server can't be reached. Check your connection and try again.", { isError: true });
    });
    keepClear();
}

// What the rater is at, what is scrolled to, and what fills the height of the page keep clear of the foot of a rater's page.
function keepClear() {
    const foot = document.querySelector(".rater-foot");
    const toasts = foot?.querySelector(".toasts");
    if (!toasts) return;
    const { style } = document.documentElement;
    let before = 0;
    const observer = new ResizeObserver(() => {
        const notices = toasts.offsetHeight;
        const within = getComputedStyle(toasts).position === "static" ? notices : 0; // elsewhere they lie over the page
        style.setProperty("--notices", `${notices}px`);
        style.setProperty("--rating-bar", `${Math.max(0, foot.offsetHeight - within)}px`); // 0 where it does not stick
        if (notices > before) document.querySelector(".unit--current")?.scrollIntoView({ block: "nearest" });
        before = notices;
    });
    observer.observe(foot);
    observer.observe(toasts);
}
