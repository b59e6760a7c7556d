// What keeps a rater from starting stands beside Start; who uses a keyboard or a screen reader is led there.
document.getElementById("arrival-errors")?.focus({ preventScroll: true });
