// The words under the film: how much counts, and what just happened.
import { say, t } from "./words.js";

// Milliseconds.
const KEPT = 5000;

export class State {
  constructor(root, config) {
    this.root = root;
    this.config = config;
    this.line = root.querySelector("[data-say]");
    this.words = root.querySelector("[data-words]");
    this.meter = root.querySelector("[data-meter]");
    this.bar = root.querySelector("[data-meter-bar]");
    this.again = root.querySelector("[data-again]");
    this.after = root.querySelector("[data-after]");
    if (config.done) root.dataset.done = "1";
  }

  say(name, values, tone) {
    // Why the film went back stays to be read; that counting goes on can wait for the next report.
    if (name === "counting" && performance.now() < this.kept) return;
    this.kept = name === "no_skip" || name === "speed" ? performance.now() + KEPT : 0;
    say(this.line, t(name, values), tone);
  }

  plain(text, tone) {
    say(this.line, text, tone);
  }

  quiet() {
    say(this.line, "");
  }

  // What the server counted.
  count(data) {
    this.words.textContent = data.words;
    const percent = data.done ? 100 : Math.min(99, Math.floor((data.covered * 100) / this.config.need));
    this.bar.setAttribute("width", percent);
    this.meter.setAttribute("aria-label", percent + "%");
  }

  finish(data, reading) {
    this.root.dataset.done = "1";
    const still = data.missing.length ? t("still", { list: data.missing.join(t("comma")) }) : "";
    say(this.line, t(reading ? "finished_reading" : "finished") + still + (data.note || ""), "met");
    this.after.hidden = false;
  }
}
