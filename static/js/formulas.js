// A formula that is copied is copied as it was written: what a browser makes of MathML is a row of lost characters.

export function startFormulas() {
    document.addEventListener("copy", (event) => {
        const text = textWithSources(document.getSelection());
        if (text === null) return;
        event.clipboardData.setData("text/plain", text);
        event.preventDefault();
    });
}

/** The selected text with the source of each formula in its place; null where there is no formula. */
function textWithSources(selection) {
    if (!selection || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0);
    const within = elementOf(range.commonAncestorContainer).closest("math");
    if (within) return sourceOf(within);
    const shown = [...elementOf(range.commonAncestorContainer).querySelectorAll("math")].filter((math) =>
        range.intersectsNode(math),
    );
    if (shown.length === 0) return null;
    return withSources(selection, shown);
}

/** The browser's own text of the selection, in which each formula is for a moment its source. */
function withSources(selection, formulas) {
    const range = selection.getRangeAt(0);
    const copy = document.createElement("div");
    copy.className = "copied";
    copy.append(range.cloneContents());
    const copies = [...copy.querySelectorAll("math")];
    copies.forEach((math, index) => {
        const source = document.createElement("span");
        source.className = "copied__source";
        source.textContent = sourceOf(formulas[index]);
        math.replaceWith(source);
    });
    document.body.append(copy);
    const text = copy.innerText;
    copy.remove();
    return text;
}

const elementOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement);
const sourceOf = (math) => math.querySelector("annotation")?.textContent ?? math.textContent;
