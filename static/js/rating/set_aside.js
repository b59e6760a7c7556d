// The ways to the dialog that sets a page aside, and out of it.
import { openDialog } from "../dialogs.js";

const choose = (act) => {
    document.getElementById(`act-${act}`).checked = true;
};

// A page that is looked at again can't be set aside any more: then there is no such button.
const button = () => document.querySelector('#rating-bar [data-opens="set-aside"]');

export const canSetAside = () => button() !== null;
export const askToSetAside = () => button()?.click();

export function setAsideAsBroken() {
    choose("technical");
    openDialog("set-aside");
}

/** `give` gets why, and the comment, each time the dialog is sent. */
export function onSetAside(give) {
    document.addEventListener("click", ({ target }) => {
        if (target.closest("#set-aside-unread")) choose("upsetting");
    });
    document.addEventListener("submit", (event) => {
        if (event.target.id !== "set-aside-form") return;
        event.preventDefault();
        const data = new FormData(event.target);
        event.target.closest("dialog").close();
        give({ act: data.get("act"), comment: data.get("comment") });
        event.target.reset();
    });
}
