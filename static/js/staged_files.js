// A large file goes in pieces. A connection that breaks costs the last of them: it goes on where it broke, after a reload too.
import { send } from "./csrf.js";

export const LARGE = 8 * 1024 * 1024;
const PAUSES_S = [1, 2, 4, 8, 15, 30];
const MOST_FAILURES = 40; // in a row: about twenty minutes without a connection

export class Refused extends Error {}

/** The key by which the form names the file once all of it is there. ``onProgress`` is told how many bytes are. */
export async function stage(url, file, onProgress) {
    const body = new FormData();
    body.set("filename", file.webkitRelativePath || file.name);
    body.set("size", file.size);
    let state = await persistent(() => send(url, { method: "POST", body }));
    while (state.received < file.size) {
        onProgress(state.received);
        const { key, received, piece } = state;
        const next = file.slice(received, received + piece);
        state = await persistent(() => send(`${url}${key}/?offset=${received}`, { method: "PUT", body: next }));
    }
    onProgress(file.size);
    return state.key;
}

async function persistent(ask) {
    for (let failures = 0; ; failures++) {
        try {
            const answer = await ask();
            if (answer.status === 409 || answer.ok) return await answer.json();
            if (answer.status < 500 && answer.status !== 429) throw new Refused((await answer.json()).error ?? String(answer.status));
        } catch (error) {
            if (error instanceof Refused || failures >= MOST_FAILURES) throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, 1000 * PAUSES_S[Math.min(failures, PAUSES_S.length - 1)]));
    }
}
