// The verdict as text for a launch review. Without a clipboard the button stays away: the page can be marked and copied.
import { notify } from "./notices.js";

const button = document.getElementById("copy-verdict");

if (button && navigator.clipboard) {
    button.hidden = false;
    button.addEventListener("click", async () => {
        try {
            await navigator.clipboard.writeText(button.dataset.text);
            notify("Copied.");
        } catch {
            notify("The browser does not let this page copy. Mark the text instead.", { isError: true });
        }
    });
}
