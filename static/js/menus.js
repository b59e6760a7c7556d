// <details class="menu"> closes by Escape, by a click elsewhere and when the focus leaves it.
const openMenus = () => document.querySelectorAll("details.menu[open]");

export function startMenus() {
    document.addEventListener("keydown", (event) => {
        if (event.key !== "Escape") return;
        for (const menu of openMenus()) {
            menu.open = false;
            menu.querySelector("summary").focus();
        }
    });
    for (const kind of ["click", "focusin"]) {
        document.addEventListener(kind, (event) => {
            for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
        });
    }
}
