const SYSTEM_IS_DARK = matchMedia("(prefers-color-scheme: dark)");

const currentTheme = () => document.documentElement.dataset.theme ?? (SYSTEM_IS_DARK.matches ? "dark" : "light");

function showState() {
    for (const button of document.querySelectorAll("[data-theme-toggle]")) {
        button.setAttribute("aria-pressed", String(currentTheme() === "dark"));
    }
}

function chooseTheme(theme) {
    document.documentElement.dataset.theme = theme;
    try {
        localStorage.setItem("theme", theme);
    } catch {
        // Storage is switched off: the choice lasts for this page.
    }
    showState();
}

export function startThemeToggle() {
    document.addEventListener("click", (event) => {
        if (event.target.closest("[data-theme-toggle]")) chooseTheme(currentTheme() === "dark" ? "light" : "dark");
    });
    SYSTEM_IS_DARK.addEventListener("change", showState);
    showState();
}
