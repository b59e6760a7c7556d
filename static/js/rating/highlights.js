// Where words stand in what is laid out, marked without touching it. An older browser shows the place without the marks.
const MOST = 2_000;
const escaped = (word) => word.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

/** The words in this order, whatever their case and the space between them, as the server finds them; null for none. */
export function patternOf(words) {
    const parts = words.trim().split(/\s+/).filter(Boolean);
    return parts.length > 0 ? new RegExp(parts.map(escaped).join("\\s+"), "giu") : null;
}

export function rangesIn(element, pattern) {
    const nodes = [];
    let text = "";
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        nodes.push({ node: walker.currentNode, start: text.length });
        text += walker.currentNode.data;
    }
    return [...text.matchAll(pattern)].map(({ index, 0: found }) => rangeOf(nodes, index, index + found.length));
}

function rangeOf(nodes, start, end) {
    const range = document.createRange();
    const first = nodes.findLast((each) => each.start <= start);
    const last = nodes.findLast((each) => each.start < end);
    range.setStart(first.node, start - first.start);
    range.setEnd(last.node, end - last.start);
    return range;
}

export function highlight(name, ranges) {
    if (!window.CSS?.highlights) return;
    if (ranges.length > 0) CSS.highlights.set(name, new Highlight(...ranges.slice(0, MOST)));
    else CSS.highlights.delete(name);
}
