// Recovery codes are shown once: they can be copied or kept as a file.
import { notify } from "./notices.js";

const codes = () => [...document.querySelectorAll("#recovery-codes li")].map((each) => each.textContent.trim()).join("\n");

document.getElementById("copy-codes").addEventListener("click", async () => {
    try {
        await navigator.clipboard.writeText(codes());
        notify("Copied.");
    } catch {
        notify("The browser does not let this page copy. Download the codes instead.", { isError: true });
    }
});

document.getElementById("download-codes").addEventListener("click", () => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${codes()}\n`], { type: "text/plain" }));
    link.download = "yardstick-recovery-codes.txt";
    link.click();
    URL.revokeObjectURL(link.href);
});
