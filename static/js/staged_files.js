// A large file goes in pieces. A connection that breaks costs the last of them: it goes on where it broke, after a reload too.
import { send } from "./csrf.js";

export const LARGE = 8 * 1024 * 1024;
const PAUSES_S = [1, 2, 4, 8, 15, 30];
const LOOKED_AT = 64 * 1024;
const MOST_FAILURES = 40; // in a row: about twenty minutes without a connection

export class Refused extends Error {}

/** The key by which the form names the file once all of it is there. ``onProgress`` is told how many bytes are; ``signal`` stops it. */
export async function stage(url, file, onProgress, signal) {
    const body = new FormData();
    body.set("filename", file.webkitRelativePath || file.name);
    body.set("size", file.size);
    body.set("mark", await markOf(file));
    let state = await persistent(() => send(url, { method: "POST", body, signal }), signal);
    while (state.received < file.size) {
        onProgress(state.received);
        const { key, received, piece } = state;
        const next = file.slice(received, received + piece);
        state = await persistent(() => send(`${url}${key}/?offset=${received}`, { method: "PUT", body: next, signal }), signal);
    }
    onProgress(file.size);
    return state.key;
}

/** Two files of one name and size are told apart: by when they were written, and by their beginning, middle and end. */
async function markOf(file) {
    const middle = Math.floor(file.size / 2);
    const parts = [0, middle, file.size - LOOKED_AT].map((start) => file.slice(start, start + LOOKED_AT).arrayBuffer());
    let hash = 0x811c9dc5; // FNV-1a: crypto.subtle is missing where the page is not served over HTTPS
    for (const part of await Promise.all(parts)) {
        for (const byte of new Uint8Array(part)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
    }
    return `${file.lastModified}-${hash.toString(16)}`;
}

async function persistent(ask, signal) {
    for (let failures = 0; ; failures++) {
        try {
            const answer = await ask();
            if (answer.status === 409 || answer.ok) return await answer.json();
            if (answer.status < 500 && answer.status !== 429) throw new Refused((await answer.json()).error ?? String(answer.status));
        } catch (error) {
            if (error instanceof Refused || signal?.aborted || failures >= MOST_FAILURES) throw error;
        }
        await pause(1000 * PAUSES_S[Math.min(failures, PAUSES_S.length - 1)], signal);
    }
}

function pause(milliseconds, signal) {
    return new Promise((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        signal?.addEventListener("abort", () => {
            clearTimeout(timer);
            resolve();
        });
    });
}
