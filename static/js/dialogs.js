// <button data-opens="some-dialog"> opens <dialog id="some-dialog">; <button data-closes> inside closes it.
export function openDialog(id) {
    const dialog = document.getElementById(id);
    if (dialog && !dialog.open) dialog.showModal();
}

export const isDialogOpen = () => document.querySelector("dialog[open]") !== null;

export function startDialogs() {
    document.addEventListener("click", (event) => {
        const opener = event.target.closest("[data-opens]");
        if (opener) openDialog(opener.dataset.opens);
        else if (event.target.closest("[data-closes]")) event.target.closest("dialog")?.close();
        else if (event.target.matches("dialog.dialog") && isOutside(event)) event.target.close();
    });
}

// A click on the backdrop has the dialog itself as its target.
function isOutside(event) {
    const box = event.target.getBoundingClientRect();
    return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
