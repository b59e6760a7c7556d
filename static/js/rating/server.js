// Talking to the server: a message is sent until the server says that it is committed, or that it never will be.
import { send } from "../csrf.js";

const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15_000];
const TIMEOUT_MS = 30_000;

export class Refused extends Error {
    constructor(status, answer) {
        super(answer.error ?? "The server refused this.");
        this.status = status;
        this.answer = answer;
    }
}

/** Meanwhile something newer was acknowledged for the same page, in another tab: this must not come after it. */
export class Superseded extends Error {}

const wait = (ms) =>
    new Promise((resolve) => {
        const done = () => {
            clearTimeout(timer);
            window.removeEventListener("online", done);
            resolve();
        };
        const timer = setTimeout(done, ms);
        window.addEventListener("online", done);
    });

async function post(url, body, { keepalive = false } = {}) {
    const response = await send(url, {
        method: "POST",
        keepalive,
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status >= 500 || response.status === 429) throw new TypeError(`status ${response.status}`);
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
    const answer = isJson ? await response.json() : {};
    if (!response.ok) throw new Refused(response.status, answer);
    if (!isJson) throw new TypeError("not an answer of ours");
    return answer;
}

/** One try. Throws Refused when trying again can't help, TypeError or DOMException when it can. */
export const tryOnce = post;

/** Tries until there is an answer. `onWait(tries)` is called before each pause, `stillDue()` before each try. */
export async function deliver(url, body, { onWait, stillDue }) {
    for (let tries = 0; ; tries += 1) {
        if (!stillDue()) throw new Superseded();
        try {
            return await post(url, body);
        } catch (error) {
            if (error instanceof Refused) throw error;
            onWait(tries + 1);
            await wait(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]);
        }
    }
}
