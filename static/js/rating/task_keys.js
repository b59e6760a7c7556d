// What works wherever a task is shown, to be judged, previewed or adjudicated: keys, units, evidence, linear reading.
import { isDialogOpen, openDialog } from "../dialogs.js";
import "./conversations.js";
import { backToStatement, openEvidence } from "./evidence.js";
import { showKeys } from "./key_dialog.js";
import { keysOf, meaning } from "./keys.js";
import { openCard } from "./person_card.js";
import "./rest.js";
import { switchReading } from "./reading.js";
import { openSearch } from "./search.js";
import { currentUnit, makeCurrent, openNote, step } from "./units.js";

const { stage } = document.getElementById("keys").dataset;
const WITHOUT_TASK = new Set(["help", "guidelines"]);
let keys = keysOf(stage);

/** `formOf` gives the form of the task on the page, or null; `acts` are the page's own; `mayDo` may refuse one for now. */
export function listen(formOf, acts, mayDo = () => true) {
    const known = {
        next: () => step(formOf(), 1),
        previous: () => step(formOf(), -1),
        evidence: () => openEvidence(formOf()),
        find: () => openSearch(),
        card: () => openCard(),
        comment: () => openNote(formOf()),
        help: () => openDialog("keys"),
        guidelines: () => openDialog("guidelines"),
        ...acts,
    };
    document.addEventListener("keydown", (event) => {
        if (event.repeat || event.isComposing || isDialogOpen()) return;
        const act = meaning(event, keys);
        if (!act || !known[act.name] || !(formOf() || WITHOUT_TASK.has(act.name)) || !mayDo(act.name)) return;
        event.preventDefault();
        known[act.name](act);
    });
    document.addEventListener("focusin", (event) => {
        const form = formOf();
        const unit = event.target.closest?.("[data-unit]");
        if (form && unit && unit !== currentUnit(form)) makeCurrent(form, unit, { focus: false });
    });
    document.addEventListener("click", (event) => {
        const evidence = event.target.closest("[data-shows-evidence]");
        if (evidence) openEvidence(formOf(), evidence);
        const back = event.target.closest("#back-to-statement");
        if (back) backToStatement(formOf(), back);
        const reading = event.target.closest("#reading-switch");
        if (reading) switchReading(reading);
    });
    document.addEventListener("keyschange", () => {
        showKeys();
        keys = keysOf(stage);
    });
}
