// The code goes to the clipboard, and the rater back to the platform: after a count that they see and can stop. It runs
// only while it is seen, and once: who comes back to this page is not sent away again.
import { notify } from "../notices.js";
import { recall, remember } from "./remembered.js";

const code = document.getElementById("code");
const copy = document.getElementById("copy-code");
const way = document.getElementById("return");
const place = document.getElementById("count-down");
const stay = document.getElementById("stay");
const COUNTED = `yardstick:counted:${location.pathname}:${code?.textContent}`;

if (copy && navigator.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
        try {
            await navigator.clipboard.writeText(code.textContent);
            notify(copy.dataset.textCopied);
        } catch (error) {
            if (!(error instanceof DOMException)) throw error;
            notify(copy.dataset.textRefused, { isError: true });
        }
    });
}

function countDown() {
    let left = Number(place.dataset.seconds);
    const show = () => (place.textContent = place.dataset.text.replace("{seconds}", left));
    const timer = setInterval(() => {
        if (document.hidden) return;
        left -= 1;
        show();
        if (left > 0) return;
        clearInterval(timer);
        location.assign(way.href);
    }, 1000);
    stay.addEventListener("click", () => {
        clearInterval(timer);
        place.textContent = stay.dataset.textStays;
        stay.hidden = true;
        way.focus();
    });
    show();
    place.hidden = stay.hidden = false;
}

if (place && !recall(COUNTED, sessionStorage)) {
    remember(COUNTED, "yes", sessionStorage);
    countDown();
}
