// Passkeys: a form with data-passkey asks the browser to make or use one, and sends what it says as its hidden field.
import { send } from "./csrf.js";
import { notify } from "./notices.js";

const toBytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const toText = (buffer) =>
    btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
        .replaceAll("+", "-")
        .replaceAll("/", "_")
        .replaceAll("=", "");
const withBytes = (known) => known?.map((each) => ({ ...each, id: toBytes(each.id) }));

async function make({ publicKey }) {
    const made = await navigator.credentials.create({
        publicKey: {
            ...publicKey,
            challenge: toBytes(publicKey.challenge),
            user: { ...publicKey.user, id: toBytes(publicKey.user.id) },
            excludeCredentials: withBytes(publicKey.excludeCredentials),
        },
    });
    return described(made, {
        attestationObject: toText(made.response.attestationObject),
        transports: made.response.getTransports?.() ?? [],
    });
}

async function use({ publicKey }) {
    const used = await navigator.credentials.get({
        publicKey: {
            ...publicKey,
            challenge: toBytes(publicKey.challenge),
            allowCredentials: withBytes(publicKey.allowCredentials),
        },
    });
    const { authenticatorData, signature, userHandle } = used.response;
    return described(used, {
        authenticatorData: toText(authenticatorData),
        signature: toText(signature),
        userHandle: userHandle ? toText(userHandle) : null,
    });
}

const described = (credential, response) => ({
    id: credential.id,
    rawId: toText(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: toText(credential.response.clientDataJSON), ...response },
});

const REASONS = {
    InvalidStateError: "This device has a passkey for you already.",
    NotAllowedError: "No passkey was used: it was cancelled, or took too long.",
    SecurityError: "Passkeys do not work at this address.",
};

async function run(form) {
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    try {
        const answer = await send(form.dataset.options, { method: "POST" });
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        const options = await answer.json();
        const said = form.dataset.passkey === "make" ? await make(options) : await use(options);
        form.elements.credential.value = JSON.stringify(said);
        form.submit();
    } catch (error) {
        notify(REASONS[error.name] ?? "That did not work. Load the page again and retry.", { isError: true });
        button.disabled = false;
    }
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = !window.PublicKeyCredential;
    form.addEventListener("submit", (event) => {
        event.preventDefault();
        run(form);
    });
}
