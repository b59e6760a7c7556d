// The one table of keys. A stage's label keys come on top of the common ones; a key that means two things is an error.
import { recall, remember } from "./remembered.js";

const COMMON = {
    next: ["j"],
    previous: ["k"],
    evidence: ["e"],
    find: ["/"],
    card: ["p"],
    missing: ["m"],
    text: ["t"],
    left: ["l"],
    right: ["r"],
    together: ["s"],
    differences: ["d"],
    comment: ["c"],
    flag: ["f"],
    guidelines: ["g"],
    submit: ["Enter"],
    undo: ["u"],
    help: ["?"],
};
const LABELS = {
    1: {
        ...{ "label:1": ["1"], "label:2": ["2"], "label:3": ["3"] },
        ...{ "mode:1": ["4"], "mode:2": ["5"], "mode:3": ["6"], "mode:4": ["7"], "mode:5": ["8"] },
    },
    2: { "label:1": ["y", "1"], "label:0": ["n", "2"] },
    3: { "label:1": ["1"], "label:2": ["2"], "label:3": ["3"], "label:4": ["4"], "label:5": ["5"] },
};
// These stay whatever is changed: left to the browser they would move the choice within a question.
const FIXED = { next: ["ArrowDown"], previous: ["ArrowUp"] };
const SWITCH = "yardstick:keys";
const OWN = "yardstick:own-keys";
const VERSION = 1;

const idOf = (stage, act) => (act in COMMON ? act : `${stage}/${act}`);
const normal = (key) => (key.length === 1 ? key.toLowerCase() : key);

function keysWith(stage, own) {
    const usual = { ...COMMON, ...LABELS[stage] };
    const entries = Object.entries(usual).map(([act, keys]) => {
        const mine = own[idOf(stage, act)];
        return [act, [...(FIXED[act] ?? []), ...(mine ? [mine] : keys)]];
    });
    return Object.fromEntries(entries);
}

/** The first key that would mean two things at some stage, or null. */
function collisionIn(own) {
    for (const stage of Object.keys(LABELS)) {
        const acts = new Map();
        for (const [act, keys] of Object.entries(keysWith(stage, own))) {
            for (const key of keys) {
                if (acts.has(key)) return { stage, key, acts: [acts.get(key), act] };
                acts.set(key, act);
            }
        }
    }
    return null;
}

const mistake = collisionIn({});
if (mistake) throw new Error(`The key ${mistake.key} means both ${mistake.acts.join(" and ")}.`);

/** The rater's own keys by act; none where what is kept is of another version or would collide. */
function ownKeys() {
    let kept;
    try {
        kept = JSON.parse(recall(OWN) ?? "null");
    } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
    }
    const own = kept?.version === VERSION ? kept.keys : {};
    return collisionIn(own) ? {} : own;
}

export const hasOwnKeys = () => Object.keys(ownKeys()).length > 0;
export const forgetOwnKeys = () => remember(OWN, null);

/** Act to the list of its keys, as they are now. */
export const tableOf = (stage) => keysWith(stage, ownKeys());

export const canBeKey = (event) =>
    !event.ctrlKey && !event.metaKey && !event.altKey && (event.key === "Enter" || (event.key.length === 1 && event.key !== " "));

/** Give an act another key. Returns what the key means already when it is taken, else null. */
export function changeKey(stage, act, pressed) {
    const key = normal(pressed);
    const own = { ...ownKeys() };
    const isUsual = (COMMON[act] ?? LABELS[stage][act]).includes(key);
    if (isUsual) delete own[idOf(stage, act)];
    else own[idOf(stage, act)] = key;
    const collision = collisionIn(own);
    if (collision) return { stage: Number(collision.stage), act: collision.acts.find((each) => each !== act) };
    remember(OWN, Object.keys(own).length > 0 ? JSON.stringify({ version: VERSION, keys: own }) : null);
    return null;
}

/** Key to the act it means. */
export function keysOf(stage) {
    const keys = new Map();
    for (const [act, list] of Object.entries(tableOf(stage))) {
        const [name, label] = act.split(":");
        for (const key of list) keys.set(key, { name, label });
    }
    return keys;
}

export const areOn = () => recall(SWITCH) !== "off";
export const setOn = (on) => remember(SWITCH, on ? null : "off");

const isText = (element) =>
    element.isContentEditable ||
    ["TEXTAREA", "SELECT"].includes(element.tagName) ||
    (element.tagName === "INPUT" && !["radio", "checkbox"].includes(element.type));

// Enter on a button, a link or a summary does what that does.
const hasOwnEnter = (element) => ["BUTTON", "A", "SUMMARY"].includes(element.tagName);

// Where a digit needs Shift (a French keyboard), the bare key gives a sign: its place in the row of digits says which.
const digitOf = (event) => (event.shiftKey ? undefined : /^Digit(\d)$/.exec(event.code)?.[1]);

/** What a key press means here: an act of the table, or null for "leave it to the browser". */
export function meaning(event, keys) {
    const inText = isText(event.target);
    if (event.ctrlKey || event.metaKey) {
        if (event.key === "Enter") return { name: "submit" };
        return normal(event.key) === "z" && !event.shiftKey && !inText ? { name: "takeBack" } : null;
    }
    if (event.key === "Escape") return event.target.type === "search" ? null : { name: "leave" };
    if (event.altKey || inText || !areOn()) return null;
    if (event.key === "Enter" && hasOwnEnter(event.target)) return null;
    return keys.get(normal(event.key)) ?? keys.get(digitOf(event)) ?? null;
}
