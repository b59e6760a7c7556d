// The line in the header that says what became of what was given.
const timeForm = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });

export function say(text, { isWaiting = false } = {}) {
    const place = document.getElementById("saving");
    place.textContent = text;
    place.classList.toggle("is-waiting", isWaiting);
}

/** Say a text with the time of day in the place of `{time}`. */
export const sayWhen = (text, iso) => say(text.replace("{time}", timeForm.format(new Date(iso))));
