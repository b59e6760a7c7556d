// The person card begins with its first entries; the others come when they are asked for.
import { showPart } from "./parts.js";
import { loadRest } from "./rest.js";

/** Go to the card, and show more of it where there is more. */
export async function openCard() {
    showPart("person");
    document.querySelector(".person-card")?.focus({ preventScroll: true });
    const place = document.querySelector(".person-card__rest[data-rest]");
    if (place) await loadRest(place);
}
