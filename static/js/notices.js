const SHOWN_FOR_MS = 6000;

/** Say something without moving the focus: shown for a moment and read aloud. Errors stay until they are clicked. */
export function notify(text, { isError = false } = {}) {
    const toast = document.createElement("p");
    toast.className = isError ? "toast toast--error" : "toast";
    toast.textContent = text;
    toast.addEventListener("click", () => toast.remove());
    document.getElementById(isError ? "urgent-notices" : "notices").append(toast);
    if (!isError) setTimeout(() => toast.remove(), SHOWN_FOR_MS);
}

export function startNotices() {
    document.addEventListener("htmx:responseError", (event) => {
        notify(`The server answered with an error (${event.detail.xhr.status}). Nothing was changed; please try again.`, { isError: true });
    });
    document.addEventListener("htmx:sendError", () => {
        notify("The server can't be reached. Check your connection and try again.", { isError: true });
    });
}
