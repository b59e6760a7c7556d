// What was too long to be sent with the page is loaded when it is opened, comes into view, or holds evidence asked for.
const loading = new WeakMap();
const inView = new Set();
let working = false;

/** Put what a place stands for in its place. False where it could not be loaded; the place stays, and says so. */
export function loadRest(place) {
    if (!loading.has(place)) loading.set(place, load(place).finally(() => loading.delete(place)));
    return loading.get(place);
}

async function load(place) {
    place.setAttribute("aria-busy", "true");
    try {
        const response = await fetch(place.dataset.rest, { headers: { "X-Requested-With": "fetch" } });
        if (!response.ok || response.redirected) throw new TypeError(`status ${response.status}`);
        put(place, await response.text());
        return true;
    } catch (error) {
        if (!(error instanceof TypeError)) throw error;
        place.removeAttribute("aria-busy");
        sayFailed(place);
        return false;
    }
}

function sayFailed(place) {
    const button = place.querySelector("button");
    place.dataset.failed ??= button.textContent;
    const text = place.closest("[data-text-rest-failed]").dataset.textRestFailed;
    button.textContent = text.replace("{what}", place.dataset.failed);
}

function put(place, html) {
    const hadFocus = place.contains(document.activeElement);
    const before = place.previousElementSibling;
    const around = place.parentElement;
    place.outerHTML = html;
    if (!hadFocus) return;
    const first = before ? before.nextElementSibling : around.firstElementChild;
    const target = first ?? around;
    target.tabIndex = -1;
    target.focus({ preventScroll: true });
}

// One after the other: what the first brings moves the others out of view, and then they are not needed yet. Where one
// could not be loaded, the others are left to be opened by hand.
async function loadInView() {
    if (working) return;
    working = true;
    try {
        for (let place = nextInView(); place; place = nextInView()) {
            await loadRest(place);
            await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        }
    } finally {
        working = false;
    }
}

function nextInView() {
    for (const place of inView) if (!place.isConnected) inView.delete(place);
    return document.querySelector("[data-failed]") ? undefined : [...inView][0];
}

const observer = new IntersectionObserver(
    (entries) => {
        for (const { target, isIntersecting } of entries) {
            if (isIntersecting) inView.add(target);
            else inView.delete(target);
        }
        loadInView();
    },
    { rootMargin: "400px 0px", scrollMargin: "400px 0px" },
);

function watch() {
    for (const place of document.querySelectorAll("[data-rest]:not([data-watched])")) {
        place.dataset.watched = "true";
        // A text or a card that goes on is opened by hand: its reader may have read enough.
        if (!place.closest(".unit, .prompt, .person-card")) observer.observe(place);
    }
}

document.addEventListener("click", (event) => {
    const place = event.target.closest("[data-rest]");
    if (place) loadRest(place);
});
new MutationObserver(watch).observe(document.getElementById("main"), { childList: true, subtree: true });
watch();
