// How high the question stands at the foot of the texts: what is said stands above it.
let observer = null;

export function measureDock() {
    observer?.disconnect();
    const bench = document.querySelector(".bench");
    const dock = bench?.querySelector(".dock");
    const { style } = document.documentElement;
    if (!dock) return style.removeProperty("--dock");
    const tabs = bench.querySelector(".tabs");
    observer = new ResizeObserver(() => {
        style.setProperty("--dock", `${dock.offsetHeight + tabs.offsetHeight}px`);
        dock.querySelectorAll(".unit__said").forEach(letKeysScroll);
    });
    observer.observe(dock);
    observer.observe(tabs);
}

// A long statement scrolls in its place; only then it is a stop of Tab.
function letKeysScroll(said) {
    if (said.scrollHeight > said.clientHeight + 1) said.tabIndex = 0;
    else said.removeAttribute("tabindex");
}
