// What this browser remembers of its rater's wishes. Where it can keep nothing, a wish holds until the page is left.
const unkept = new Map();

export function recall(name, storage = localStorage) {
    if (unkept.has(name)) return unkept.get(name);
    try {
        return storage.getItem(name);
    } catch (error) {
        if (error instanceof DOMException) return null;
        throw error;
    }
}

/** `value` null forgets it. */
export function remember(name, value, storage = localStorage) {
    try {
        if (value === null) storage.removeItem(name);
        else storage.setItem(name, value);
        unkept.delete(name);
    } catch (error) {
        if (!(error instanceof DOMException)) throw error;
        unkept.set(name, value);
    }
}
