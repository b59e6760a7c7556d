// The person card begins with its first entries; the others come when they are asked for.
import { loadRest } from "./rest.js";

/** Show more of the card, where there is more. */
export async function openCard() {
    const place = document.querySelector(".person-card__rest[data-rest]");
    if (place) await loadRest(place);
}
