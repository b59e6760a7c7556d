// What the workbench shows of a task: which part where there is room for one, where the rater is, what is marked.

/** On a narrow page one part is shown at a time: a response, the person, the conversations or the statements. */
export function showPart(name) {
    const bench = document.querySelector(".bench");
    if (!bench?.querySelector(`[data-shows="${name}"]`)) return;
    bench.dataset.shown = name;
    for (const tab of bench.querySelectorAll("[data-shows]")) tab.setAttribute("aria-pressed", String(tab.dataset.shows === name));
}

/** The tick and the line of the current unit, and the entry of the person card that it is about. */
export function showWhere(form, unit) {
    for (const step of form.querySelectorAll("[data-goes-to]")) {
        const isHere = step.dataset.goesTo === unit.dataset.unit;
        if (isHere) step.setAttribute("aria-current", "step");
        else step.removeAttribute("aria-current");
        if (isHere) step.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
    const said = unit.querySelector(".unit__text").textContent.trim();
    for (const entry of form.querySelectorAll(".person-card__entries > li")) {
        entry.classList.toggle("is-asked", entry.textContent.trim() === said);
    }
}

/** Ticks and lines say what is marked; the ticks after the overall question are shown once it is answered. */
export function showMarks(form) {
    for (const step of form.querySelectorAll("[data-goes-to]")) {
        const chosen = form.querySelector(`[data-unit="${step.dataset.goesTo}"] .choice input:checked`);
        step.classList.toggle("is-marked", chosen !== null);
        const answer = step.querySelector(".line__answer");
        if (answer) answer.textContent = chosen ? chosen.nextElementSibling.firstChild.textContent.trim() : "";
    }
    const first = form.querySelector(".ruler button");
    form.querySelector(".ruler")?.classList.toggle("ruler--begun", first?.classList.contains("is-marked") || "goesOn" in form.dataset);
}
