// The upload page: the beginning of a chosen file is previewed by the server, and sending shows how far it is.
import { csrfToken, send } from "./csrf.js";
import { stage } from "./staged_files.js";
import { takeDroppedFolders } from "./dropped_folders.js";
import { filled, listFiles, sendAll, STOPPED } from "./upload_files.js";
import { notify } from "./notices.js";

const form = document.getElementById("upload");
const preview = document.getElementById("preview");
const sending = document.getElementById("sending");
const submit = form.querySelector("button[type=submit]");
const limit = Number(form.dataset.limit);
const headBytes = Number(form.dataset.head);
let asked = 0;
let stopper = new AbortController(); // of what is being sent

const files = () => [...form.elements.file.files].filter((file) => !file.name.startsWith("."));
const chosen = () => files()[0];
// Packed files tell what they are by their end: they are looked at whole. One that is too large to be sent twice goes in pieces,
// and stays on the server to be stored or to be looked at in another way.
const MOST_UNPACKED = 64 * 1024 * 1024;
const PACKED = ["504b0304", "1f8b", "50415231", "4152524f5731"];

async function isPacked(file) {
    const bytes = new Uint8Array(await file.slice(0, 8).arrayBuffer());
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return PACKED.some((mark) => hex.startsWith(mark));
}

const megabytes = (bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;

async function lookedAt(file, turn) {
    const body = new FormData(form);
    if (file.size > headBytes && (await isPacked(file))) {
        if (file.size > MOST_UNPACKED) {
            stopper = new AbortController();
            body.delete("file");
            body.set("staged", await stage(form.dataset.stage, file, (sent) => {
                if (turn !== asked) throw new Error("another file was chosen"); // the rest of this one is not sent
                showSent(file, sent);
            }, stopper.signal));
            sending.hidden = true;
            return body;
        }
    } else if (file.size > headBytes) {
        body.set("file", file.slice(0, headBytes), file.name);
        body.set("is_part", "on");
        return body;
    }
    body.set("file", file, file.name);
    return body;
}

function showSent(file, sent) {
    const bar = sending.querySelector("progress");
    sending.hidden = false;
    bar.max = file.size;
    bar.value = sent;
    document.getElementById("sent").textContent = `${megabytes(sent)} of ${megabytes(file.size)}`;
}

async function showPreview() {
    const file = chosen();
    const turn = ++asked;
    preview.replaceChildren();
    listFiles(files());
    if (!file || files().length > 1) return; // each of several is looked at when it is sent
    if (file.size > limit) {
        notify(`The file has ${megabytes(file.size)}; at most ${megabytes(limit)} can be uploaded here.`, { isError: true });
        return;
    }
    try {
        const body = await lookedAt(file, turn);
        if (turn !== asked) return;
        const answer = await send(form.dataset.preview, { method: "POST", body });
        if (turn !== asked) return; // another file or setting was chosen meanwhile
        if (answer.status === 429) {
            const seconds = answer.headers.get("Retry-After");
            notify(`Too many previews were asked for. The next one can be made in ${seconds} s.`, { isError: true });
            return;
        }
        if (!answer.ok) throw new Error(String(answer.status));
        // The fragment comes from our own server and is escaped there.
        preview.innerHTML = await answer.text();
        if (preview.querySelector(".alert--error")) document.getElementById("reading").open = true;
        if (preview.querySelector("[data-nothing=csv]")) document.getElementById("columns").open = true;
        preview.querySelector("#choice")?.focus();
    } catch {
        if (turn !== asked) return;
        sending.hidden = true;
        if (stopper.signal.aborted) return;
        notify("The preview could not be made. You can upload the file all the same.", { isError: true });
    }
}

function upload(event) {
    event.preventDefault();
    if (files().length > 1) {
        begin();
        sendAll(form, files(), limit, stopper.signal).then((stored) => {
            sending.hidden = true;
            submit.disabled = stored === files().length;
        });
        return;
    }
    const file = chosen();
    if (file && file.size > limit) {
        notify(`At most ${megabytes(limit)} can be uploaded here.`, { isError: true });
        return;
    }
    if (preview.querySelector("#choice")) {
        preview.querySelector("#choice").focus();
        return;
    }
    if (preview.querySelector("[data-nothing]")) {
        notify("Nothing of this file could be read, so it is not sent. Its first problems are listed above.", { isError: true });
        return;
    }
    const request = new XMLHttpRequest(); // fetch() does not tell how much was sent
    const bar = sending.querySelector("progress");
    request.open("POST", form.action || location.href);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.upload.addEventListener("progress", (progress) => {
        if (!progress.lengthComputable) return;
        bar.max = progress.total;
        bar.value = progress.loaded;
        document.getElementById("sent").textContent = `${megabytes(progress.loaded)} of ${megabytes(progress.total)}`;
    });
    request.addEventListener("load", () => finish(request));
    request.addEventListener("error", () => fail("The connection broke. Nothing was stored; please try again."));
    begin();
    request.addEventListener("abort", () => fail(STOPPED));
    stopper.signal.addEventListener("abort", () => request.abort());
    (file ? filled(form, file, (sent) => showSent(file, sent), stopper.signal) : Promise.resolve(new FormData(form))).then(
        (body) => request.send(body),
        (error) => fail(stopper.signal.aborted ? STOPPED : `${error.message || "The connection broke."} Send again, and it goes on where it broke.`),
    );
}

function begin() {
    stopper = new AbortController();
    submit.disabled = true;
    sending.hidden = false;
}

function finish(request) {
    if (request.status < 300 && request.responseURL !== location.href) {
        location.assign(request.responseURL); // the batch's page, where the server sent us
    } else if (request.status === 422) {
        showErrors(new DOMParser().parseFromString(request.responseText, "text/html"));
    } else {
        fail(`The server answered with an error (${request.status}). Nothing was stored; please try again.`);
    }
}

function showErrors(answer) {
    const errors = [...answer.querySelectorAll(".field__error, .form-errors")].map((one) => one.textContent.trim());
    document.getElementById("reading").open = true;
    fail(errors.join(" ") || "The upload was refused. Look over the form.");
}

function fail(message) {
    submit.disabled = false;
    sending.hidden = true;
    notify(message, { isError: true });
}

form.addEventListener("change", (event) => {
    if (event.target.name && event.target.name !== "origin") showPreview();
});
form.addEventListener("submit", upload);
document.getElementById("stop").addEventListener("click", () => stopper.abort());
takeDroppedFolders(form.elements.file, showPreview);

preview.addEventListener("click", (event) => {
    const { sets, value } = event.target.closest("[data-sets]")?.dataset ?? {};
    if (!sets) return;
    form.elements[sets].value = value;
    showPreview();
});

const folder = document.getElementById("folder");
if ("webkitdirectory" in form.elements.file) document.getElementById("whole-folder").hidden = false;
folder.addEventListener("change", () => {
    form.elements.file.webkitdirectory = folder.checked;
    form.elements.file.value = "";
    showPreview();
});
