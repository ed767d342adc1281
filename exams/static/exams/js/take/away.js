// Leaving the page is evidence, never a verdict: how long, sent along with the next save or pulse.
const SHORTEST = 1000;

export class Away {
  constructor(told, now) {
    this.now = now || (() => performance.now());
    this.told = told;
    this.since = 0;
    this.list = [];
    document.addEventListener("visibilitychange", () => this.look());
    window.addEventListener("blur", () => this.look());
    window.addEventListener("focus", () => this.look());
  }

  look() {
    const away = document.visibilityState === "hidden" || !document.hasFocus();
    if (away && !this.since) this.since = this.now();
    else if (!away && this.since) {
      const ms = this.now() - this.since;
      this.since = 0;
      if (ms < SHORTEST) return;
      const seconds = Math.round(ms / 1000);
      this.list.push({ seconds });
      this.told(seconds);
    }
  }

  // Take at most twenty for one request; give them back when it failed.
  take() {
    return this.list.splice(0, 20);
  }

  giveBack(taken) {
    this.list = taken.concat(this.list);
  }
}
