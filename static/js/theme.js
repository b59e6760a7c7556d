// Runs before the first paint (a classic script in <head>): no flash of the other theme.
(() => {
    try {
        const theme = localStorage.getItem("theme");
        if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
    } catch {
        // Storage is switched off: the system's preference holds.
    }
})();
