// A folder that is dropped on the field gives all its files; browsers alone take files only.

/** ``onTaken`` is called once the field holds the files of what was dropped. */
export function takeDroppedFolders(field, onTaken) {
    field.addEventListener("drop", async (event) => {
        const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
        if (!entries.some((entry) => entry.isDirectory)) return;
        event.preventDefault();
        const taken = new DataTransfer();
        for (const entry of entries) for (const file of await filesOf(entry)) taken.items.add(file);
        field.files = taken.files;
        onTaken();
    });
}

async function filesOf(entry) {
    if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
    const reader = entry.createReader();
    const found = [];
    for (;;) {
        const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject)); // a hundred at a time
        if (!some.length) return found;
        for (const one of some) found.push(...(await filesOf(one)));
    }
}
