// The one table of keys. A stage's label keys come on top of the common ones; a key that means two things is an error.
const COMMON = {
    next: ["ArrowDown", "j"],
    previous: ["ArrowUp", "k"],
    evidence: ["e"],
    comment: ["c"],
    flag: ["f"],
    submit: ["Enter"],
    undo: ["u"],
    help: ["?"],
    guidelines: ["g"],
};
const LABELS = {
    1: { 1: 1, 2: 2, 3: 3 },
    2: { 1: 1, y: 1, 2: 0, n: 0 },
    3: { 1: 1, 2: 2, 3: 3, 4: 4, 5: 5 },
};
const SWITCH = "yardstick:keys";

export function keysOf(stage) {
    const keys = new Map();
    const add = (key, act) => {
        if (keys.has(key)) throw new Error(`The key ${key} means both ${keys.get(key).name} and ${act.name}.`);
        keys.set(key, act);
    };
    for (const [name, list] of Object.entries(COMMON)) for (const key of list) add(key, { name });
    for (const [key, label] of Object.entries(LABELS[stage])) add(key, { name: "label", label });
    return keys;
}

export const areOn = () => localStorage.getItem(SWITCH) !== "off";

export function setOn(on) {
    if (on) localStorage.removeItem(SWITCH);
    else localStorage.setItem(SWITCH, "off");
}

const isText = (element) =>
    element.isContentEditable ||
    ["TEXTAREA", "SELECT"].includes(element.tagName) ||
    (element.tagName === "INPUT" && !["radio", "checkbox"].includes(element.type));

// Enter on a button, a link or a summary does what that does.
const hasOwnEnter = (element) => ["BUTTON", "A", "SUMMARY"].includes(element.tagName);

/** What a key press means here: an act of the table, or null for "leave it to the browser". */
export function meaning(event, keys) {
    const inText = isText(event.target);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return { name: "submit" };
    if (event.ctrlKey || event.metaKey || event.altKey || inText || !areOn()) return null;
    if (event.key === "Enter" && hasOwnEnter(event.target)) return null;
    return keys.get(event.key) ?? keys.get(event.key.toLowerCase()) ?? null;
}
