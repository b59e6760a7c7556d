// Active time: the page is visible and the rater did something within the last minute. Measured, never shown.
const IDLE_AFTER_MS = 60_000;
const ACTS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart", "scroll"];

export class Clock {
    constructor() {
        this.total = 0;
        this.lastAct = this.lastTick = performance.now();
        for (const act of ACTS) {
            document.addEventListener(act, () => this.act(), { passive: true, capture: true });
        }
        document.addEventListener("visibilitychange", () => this.tick(document.hidden));
    }

    start(alreadyMs) {
        this.total = alreadyMs;
        this.lastAct = this.lastTick = performance.now();
    }

    act() {
        this.tick();
        this.lastAct = performance.now();
    }

    tick(wasVisible = !document.hidden) {
        const now = performance.now();
        const activeUntil = Math.min(now, this.lastAct + IDLE_AFTER_MS);
        if (wasVisible && activeUntil > this.lastTick) this.total += activeUntil - this.lastTick;
        this.lastTick = now;
    }

    read() {
        this.tick();
        return Math.round(this.total);
    }
}
