// The presence check: a question, a minute, more time on request. Not answering only leaves the film paused.
import { clock, say, t } from "./words.js";

export class Check {
  // answer(more): tell the server; resolves to true when it heard.
  constructor(root, answer) {
    this.dialog = root.querySelector("[data-check]");
    this.words = root.querySelector("[data-check-words]");
    this.face = root.querySelector("[data-check-left]");
    this.answer = answer;
    this.until = 0;
    this.timer = null;
    root.querySelector("[data-check-yes]").addEventListener("click", () => this.answer(false));
    root.querySelector("[data-check-more]").addEventListener("click", () => this.answer(true));
    // Escape would leave the film standing without a word.
    this.dialog.addEventListener("cancel", (event) => event.preventDefault());
  }

  get open() {
    return this.dialog.open;
  }

  ask(seconds) {
    this.until = performance.now() + seconds * 1000;
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    if (!this.dialog.open) this.dialog.showModal();
    clearInterval(this.timer);
    this.timer = setInterval(() => this._tick(), 1000);
    say(this.words, t("check_left", { s: Math.ceil(seconds) }));
    this._tick();
  }

  _tick() {
    const left = Math.max(0, Math.ceil((this.until - performance.now()) / 1000));
    this.face.textContent = left ? clock(left) : "";
    if (!left) {
      say(this.words, t("check_over"));
      clearInterval(this.timer);
    }
  }

  close() {
    clearInterval(this.timer);
    if (this.dialog.open) this.dialog.close();
  }
}
