// Pages of a rater carry no token (they must be the same byte for byte), so it is read from its cookie when it is needed.
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

export function csrfToken() {
    const cookie = document.cookie.split("; ").find((part) => part.startsWith("csrftoken="));
    return cookie ? decodeURIComponent(cookie.slice("csrftoken=".length)) : "";
}

const isOwn = (url) => new URL(url, location.href).origin === location.origin;

/** fetch() for our own server: adds the token to whatever changes something. */
export function send(url, options = {}) {
    const headers = new Headers(options.headers);
    const method = (options.method ?? "GET").toUpperCase();
    if (!SAFE_METHODS.has(method) && isOwn(url)) headers.set("X-CSRFToken", csrfToken());
    return fetch(url, { credentials: "same-origin", ...options, headers });
}

export function startCsrf() {
    document.addEventListener("htmx:configRequest", (event) => {
        const { verb, path, headers } = event.detail;
        if (!SAFE_METHODS.has(verb.toUpperCase()) && isOwn(path)) headers["X-CSRFToken"] = csrfToken();
    });
    document.addEventListener("formdata", (event) => {
        const form = event.target;
        const isPost = form.method === "post" && isOwn(form.action);
        if (isPost && !event.formData.has("csrfmiddlewaretoken")) event.formData.set("csrfmiddlewaretoken", csrfToken());
    });
}
