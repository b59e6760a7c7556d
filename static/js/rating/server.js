// Talking to the server: a message is sent until the server says that it is committed, or that it never will be.
import { send } from "../csrf.js";

const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15_000];
const LONGEST_PAUSE_MS = 300_000; // whatever Retry-After says
const JITTER = 0.5; // many browsers that lost the same server do not come back at the same moment
const TIMEOUT_MS = 30_000;
// A server that fails so often at the very same message fails at the message: no waiting mends that.
const MOST_FAILURES = 5;
// The server, or what stands before it, says that it can't answer now. That says nothing about the message.
const AWAY = new Set([408, 425, 429, 502, 503, 504]);

/** Never: sending the same again can't help. `status` and `answer` are the server's. */
export class Refused extends Error {
    constructor(status, answer) {
        super(answer.error ?? "");
        this.status = status;
        this.answer = answer;
    }
}

/** The server failed at this (500). Again and again it is as final as a refusal, but nobody can say why. */
export class Failed extends Error {}

/** Not now. `isConnected` tells a server that is busy from a connection that is lost; `afterMs` is when it asks us back. */
export class Away extends Error {
    constructor({ isConnected = false, afterMs = 0 } = {}) {
        super("away");
        this.isConnected = isConnected;
        this.afterMs = afterMs;
    }
}

/** Meanwhile something newer was acknowledged for the same page, in another window: this must not come after it. */
export class Superseded extends Error {}

function askedBackAfter(response) {
    const asked = response.headers.get("Retry-After") ?? "";
    const ms = /^\d+$/.test(asked) ? Number(asked) * 1000 : Date.parse(asked) - Date.now();
    return ms > 0 ? Math.min(ms, LONGEST_PAUSE_MS) : 0;
}

async function reached(url, options) {
    try {
        const response = await send(url, options);
        const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
        return { response, answer: isJson ? await response.json() : null };
    } catch (error) {
        // No connection, no answer in time, or one that broke off.
        if (error instanceof TypeError || error instanceof DOMException || error instanceof SyntaxError) throw new Away();
        throw error;
    }
}

/** One try. Throws Away, Failed or Refused. */
export async function tryOnce(url, body, { keepalive = false } = {}) {
    const { response, answer } = await reached(url, {
        method: "POST",
        keepalive,
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (AWAY.has(response.status)) throw new Away({ isConnected: true, afterMs: askedBackAfter(response) });
    if (response.status >= 500) throw new Failed(`status ${response.status}`);
    if (!response.ok) throw new Refused(response.status, answer ?? {});
    if (answer === null) throw new Away(); // the page of a network that wants to be signed in to, say
    return answer;
}

function pause(tries, { afterMs = 0 }) {
    const ms = Math.max(PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)], afterMs);
    return ms * (1 + JITTER * Math.random());
}

const wait = (ms, { wakesOnline }) =>
    new Promise((resolve) => {
        const done = () => {
            clearTimeout(timer);
            window.removeEventListener("online", done);
            resolve();
        };
        const timer = setTimeout(done, ms);
        if (wakesOnline) window.addEventListener("online", done);
    });

/**
 * Tries until there is an answer. `onWait(error)` is called before each pause, `stillDue()` before each try.
 * Throws Refused, Superseded, or Failed once the server has failed at it too often.
 */
export async function deliver(url, body, { onWait, stillDue, mostFailures = MOST_FAILURES }) {
    for (let tries = 0, failures = 0; ; tries += 1) {
        if (!stillDue()) throw new Superseded();
        try {
            return await tryOnce(url, body);
        } catch (error) {
            if (error instanceof Failed) failures += 1;
            if (!(error instanceof Away || error instanceof Failed) || failures >= mostFailures) throw error;
            onWait(error);
            await wait(pause(tries, error), { wakesOnline: error instanceof Away && !error.isConnected });
        }
    }
}

/** Saves the newest state of something: one attempt at a time, again where that can help, not before it is due. */
export class Repeated {
    constructor(attempt) {
        this.attempt = attempt;
        this.timer = null;
        this.isRunning = this.isWaiting = false;
        this.tries = this.failures = 0;
    }

    get isDue() {
        return this.timer !== null || this.isWaiting;
    }

    /** Something new is to be saved: what went wrong before says nothing about it. */
    in(ms) {
        this.cancel();
        this.tries = this.failures = 0;
        this.timer = setTimeout(() => this.run(), ms);
    }

    cancel() {
        clearTimeout(this.timer);
        this.timer = null;
        this.isWaiting = false;
    }

    async run() {
        this.timer = null;
        this.isWaiting = this.isRunning;
        if (this.isRunning) return;
        this.isRunning = true;
        try {
            await this.attempt();
        } finally {
            this.isRunning = false;
        }
        if (this.isWaiting) this.run();
    }

    /** After `error`: try again later. False where that can't help. */
    again(error) {
        if (error instanceof Failed) this.failures += 1;
        else if (!(error instanceof Away)) return false;
        if (this.failures >= MOST_FAILURES) return false;
        if (!this.isDue) this.timer = setTimeout(() => this.run(), pause(this.tries, error));
        this.tries += 1;
        return true;
    }
}
