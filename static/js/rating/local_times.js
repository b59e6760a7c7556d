// Times in the zone of this browser, which they name. Without this module they stand in UTC, and say so.
const FORM = { dateStyle: "medium", timeStyle: "short" };
const zone = new Intl.DateTimeFormat(undefined, { timeZoneName: "short" });
const zoneAt = (time) => zone.formatToParts(time).find((part) => part.type === "timeZoneName").value;

for (const place of document.querySelectorAll("time[data-local]")) {
    const time = new Date(place.dateTime);
    const text = new Intl.DateTimeFormat(document.documentElement.lang, FORM).format(time);
    place.textContent = `${text} ${zoneAt(time)}`;
}
