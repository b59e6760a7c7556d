// The key of the guidelines on a page that shows no task.
import { isDialogOpen, openDialog } from "../dialogs.js";
import { keysOf, meaning } from "./keys.js";

const keys = keysOf(document.getElementById("guidelines").dataset.stage);

document.addEventListener("keydown", (event) => {
    if (event.repeat || event.isComposing || isDialogOpen() || meaning(event, keys)?.name !== "guidelines") return;
    event.preventDefault();
    openDialog("guidelines");
});
