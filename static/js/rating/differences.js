// Sentences of either response that have no counterpart in the other, marked alike on both sides and without moving a letter.
import { notify } from "../notices.js";

// Two sentences are counterparts when so much of their words is the same (Dice's coefficient of the two sets).
const ALIKE = 0.5;
// From this share of sentences without a counterpart on, on both sides, marks would say nothing.
const TOO_MANY = 0.9;
const NAME = "difference";
const BLOCKS = "p, li, h1, h2, h3, h4, h5, h6, td, th, dt, dd, pre, blockquote";

const wordsOf = (segmenter, text) =>
    new Set([...segmenter.segment(text.toLowerCase())].filter((each) => each.isWordLike).map((each) => each.segment));

/** The sentences of a text: their words, and where each stands. */
function sentencesOf(place) {
    const sentences = new Intl.Segmenter(document.documentElement.lang, { granularity: "sentence" });
    const words = new Intl.Segmenter(document.documentElement.lang, { granularity: "word" });
    return [...piecesOf(place)].flatMap((nodes) => {
        const text = nodes.map((node) => node.data).join("");
        return [...sentences.segment(text)]
            .map(({ segment, index }) => ({ words: wordsOf(words, segment), range: rangeOf(nodes, index, segment.trimEnd().length) }))
            .filter((sentence) => sentence.words.size > 0);
    });
}

/** Text nodes by the block that they belong to, so that no sentence runs from one into another. */
function piecesOf(place) {
    const pieces = new Map();
    const walker = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const block = walker.currentNode.parentElement.closest(BLOCKS) ?? place;
        pieces.set(block, [...(pieces.get(block) ?? []), walker.currentNode]);
    }
    return pieces.values();
}

function rangeOf(nodes, from, length) {
    const range = document.createRange();
    range.setStart(...pointIn(nodes, from));
    range.setEnd(...pointIn(nodes, from + length));
    return range;
}

function pointIn(nodes, at) {
    let left = at;
    for (const node of nodes) {
        if (left <= node.length) return [node, left];
        left -= node.length;
    }
    return [nodes.at(-1), nodes.at(-1).length];
}

function lonely(sentences, others) {
    const holding = new Map();
    for (const other of others) for (const word of other.words) holding.set(word, [...(holding.get(word) ?? []), other]);
    return sentences.filter(({ words }) => {
        const shared = new Map();
        for (const word of words) for (const other of holding.get(word) ?? []) shared.set(other, (shared.get(other) ?? 0) + 1);
        return ![...shared].some(([other, count]) => (2 * count) / (words.size + other.words.size) >= ALIKE);
    });
}

const isOn = () => CSS.highlights.has(NAME);

/** Off at the beginning of every page: nobody judges by marks that they did not ask for. */
export function showDifferences() {
    const button = document.getElementById("differences");
    if (!CSS.highlights) return button?.remove();
    CSS.highlights.delete(NAME);
    button?.setAttribute("aria-pressed", "false");
}

export function switchDifferences(button = document.getElementById("differences")) {
    if (!button) return;
    if (isOn()) return showDifferences();
    const [left, right] = ["left", "right"].map((side) => sentencesOf(document.getElementById(side)));
    const [leftOnly, rightOnly] = [lonely(left, right), lonely(right, left)];
    if (leftOnly.length > TOO_MANY * left.length && rightOnly.length > TOO_MANY * right.length) return notify(button.dataset.textMany);
    CSS.highlights.set(NAME, new Highlight(...[...leftOnly, ...rightOnly].map((sentence) => sentence.range)));
    button.setAttribute("aria-pressed", "true");
}
