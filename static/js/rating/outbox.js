// What the rater gave and the server has not acknowledged yet. It survives a reload, a crash, being offline.
const PREFIX = "yardstick:outbox:";
const DRAFT = "yardstick:draft:";

const read = (key) => JSON.parse(localStorage.getItem(key) ?? "null");

/** False where the browser can keep nothing (its storage is full or switched off): sending must go on all the same. */
function write(key, value) {
    try {
        localStorage.setItem(key, JSON.stringify(value));
        return true;
    } catch (error) {
        if (error instanceof DOMException) return false;
        throw error;
    }
}

export const keepDraft = (assignment, draft) => write(DRAFT + assignment, draft);
export const draftOf = (assignment) => read(DRAFT + assignment);
export const draftKey = (assignment) => DRAFT + assignment;

/** The draft became answers, those with the number `upTo`. What was given since, in another window, stays a draft. */
export function dropDraft(assignment, upTo = Infinity) {
    const kept = draftOf(assignment);
    if (kept && kept.revision <= upTo) localStorage.removeItem(DRAFT + assignment);
}

export const put = (message) => write(PREFIX + message.body.client_id, message);
export const remove = (message) => localStorage.removeItem(PREFIX + message.body.client_id);

/** The server failed at it again and again: it waits on, but nothing waits for it any more. */
export const giveUp = (message) => holds(message) && write(PREFIX + message.body.client_id, { ...message, hasFailed: true });

/** The message that a change of the storage in another window took out of the outbox, or null. */
export const takenOut = ({ key, oldValue, newValue }) =>
    key?.startsWith(PREFIX) && newValue === null && oldValue ? JSON.parse(oldValue) : null;

export const holds = (message) => localStorage.getItem(PREFIX + message.body.client_id) !== null;

/** An answer was acknowledged: earlier ones to the same page that were refused must not come after it. */
export function settle(message) {
    for (const other of waiting("")) if (other.assignment === message.assignment && other.at <= message.at) remove(other);
}

/** Unacknowledged messages to one rating address, oldest first. */
export function waiting(prefix) {
    return Object.keys(localStorage)
        .filter((key) => key.startsWith(PREFIX))
        .map(read)
        .filter((message) => message?.url.startsWith(prefix))
        .sort((one, other) => one.at - other.at);
}

/** The same, a list for each page: what one page has to wait for is none of another's business. */
export function waitingByPage(prefix) {
    const pages = new Map();
    for (const message of waiting(prefix)) pages.set(message.assignment, [...(pages.get(message.assignment) ?? []), message]);
    return [...pages.values()];
}

/** A UUID, also where the page is served without TLS in a local network (no crypto.randomUUID there). */
export function newId() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
