// Several files, one after another: each is a batch of its own, with a row that says how it fares.
import { csrfToken } from "./csrf.js";
import { notify } from "./notices.js";
import { LARGE, stage } from "./staged_files.js";

export const STOPPED = "Stopped. It is not stored; what was sent of a large file is kept for a day.";
const place = document.getElementById("files");
const megabytes = (bytes) => (bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`);

/** A row for each, where there are several. */
export function listFiles(files) {
    place.hidden = files.length < 2;
    place.querySelector("tbody").replaceChildren(...files.map(row));
}

function row(file) {
    const cells = ["th", "td", "td"].map((name) => document.createElement(name));
    cells[0].scope = "row";
    cells[0].dir = "auto";
    cells[0].textContent = file.webkitRelativePath || file.name;
    cells[1].className = "number nowrap";
    cells[1].textContent = megabytes(file.size);
    cells[2].textContent = "waits";
    const line = document.createElement("tr");
    line.append(...cells);
    return line;
}

/** How many are stored in the end. One that is refused or breaks off does not keep the others out; those stored are not sent again. */
export async function sendAll(form, files, limit, signal) {
    const rows = [...place.querySelectorAll("tbody tr")];
    for (const [index, file] of files.entries()) {
        const line = rows[index];
        if (line.dataset.stored) continue;
        if (signal.aborted) break;
        if (file.size > limit) say(line, `At most ${megabytes(limit)} can be uploaded here.`);
        else await sendOne(form, file, line, signal);
    }
    const stored = rows.filter((line) => line.dataset.stored).length;
    const isAll = stored === files.length;
    notify(`${stored} of ${files.length} files are stored.${isAll ? "" : " Send again to try the others."}`, { isError: !isAll });
    return stored;
}

/** The form with the file, or with the name of one that was sent in pieces before. */
export async function filled(form, file, onProgress, signal) {
    const body = new FormData(form);
    if (file.size < LARGE) {
        body.set("file", file, file.name);
        return body;
    }
    body.delete("file");
    body.set("staged", await stage(form.dataset.stage, file, onProgress, signal));
    return body;
}

async function sendOne(form, file, line, signal) {
    let body;
    try {
        body = await filled(form, file, (sent) => say(line, `${Math.floor((100 * sent) / file.size)} % sent`), signal);
    } catch (error) {
        if (signal.aborted) return say(line, STOPPED);
        say(line, error.message || "The connection broke. Send again, and it goes on where it broke.");
        return;
    }
    const request = new XMLHttpRequest(); // fetch() does not tell how much was sent
    request.open("POST", form.action || location.href);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.upload.addEventListener("progress", (sent) => say(line, `${Math.floor((100 * sent.loaded) / sent.total)} % sent`));
    const ended = new Promise((resolve) => {
        request.addEventListener("load", () => resolve(finish(request, line)));
        request.addEventListener("error", () => resolve(say(line, "The connection broke. It is not stored.")));
        request.addEventListener("abort", () => resolve(say(line, STOPPED)));
        signal.addEventListener("abort", () => request.abort());
    });
    request.send(body);
    await ended;
}

function finish(request, line) {
    if (request.status < 300 && request.responseURL !== location.href) {
        const link = document.createElement("a");
        link.href = request.responseURL;
        link.textContent = "stored, see what it brings";
        line.dataset.stored = "yes";
        line.lastElementChild.replaceChildren(link);
        return;
    }
    const answer = new DOMParser().parseFromString(request.responseText, "text/html");
    const errors = [...answer.querySelectorAll(".field__error, .form-errors")].map((one) => one.textContent.trim());
    if (answer.querySelector("[data-choice]")) errors.push("Send this file alone to choose.");
    say(line, request.status === 422 ? errors.join(" ") || "refused" : `The server answered with an error (${request.status}).`);
}

function say(line, words) {
    line.lastElementChild.textContent = words;
}
