// What is left, by the server's word only: `sync` with every answer, counted down on a clock that nobody can set.
import { say } from "./dom.js";
import { span, spanWords, t } from "./words.js";

const WARNINGS = [900, 300, 60];

export class Timer {
  // announce(text, urgent); over() once when the time is up
  constructor(root, { announce, over, now }) {
    Object.assign(this, { root, announce, over });
    this.now = now || (() => performance.now());
    this.face = root.querySelector("[data-timer-face]");
    this.button = root.querySelector("[data-timer-hide]");
    this.said = new Set();
    this.hidden = false;
    this.paused = false;
    this.left = null;
    this.extra = null;
    this.earliest = 0;
    this.ended = false;
    this.button.addEventListener("click", () => {
      this.hidden = !this.hidden;
      this.draw();
    });
    setInterval(() => this.tick(), 250);
  }

  // `way`: seconds the answer took to come back; `came`: when it came.
  sync(facts, way, came) {
    this.at = came === undefined ? this.now() : came;
    this.paused = facts.state === "paused" || facts.remaining === null;
    this.left = facts.remaining === null ? null : facts.remaining - (way || 0);
    this.earliest = facts.earliest || 0;
    const longer = this.extra !== null && facts.extra > this.extra ? facts.extra - this.extra : 0;
    const first = this.extra === null;
    this.extra = facts.extra || 0;
    const left = this.remaining();
    if (left === null) return longer;
    if (left > 0) this.ended = false;
    WARNINGS.forEach((limit) => {
      if (left > limit) this.said.delete(limit);
      else if (first) this.said.add(limit);
    });
    this.tick();
    return longer;
  }

  passed() {
    return (this.now() - this.at) / 1000;
  }

  remaining() {
    return this.left === null ? null : this.left - this.passed();
  }

  untilEarliest() {
    return Math.max(0, this.earliest - this.passed());
  }

  tick() {
    this.draw();
    const left = this.remaining();
    if (left === null || this.paused) return;
    const due = WARNINGS.filter((limit) => left <= limit && !this.said.has(limit));
    due.forEach((limit) => this.said.add(limit));
    if (due.length && left > 0) {
      const limit = due[due.length - 1];
      this.announce(t("minutes_left", { m: limit / 60 }), limit === 60);
    }
    if (left <= 0 && !this.ended) {
      this.ended = true;
      this.over();
    }
  }

  draw() {
    const left = this.remaining();
    const late = left !== null && left <= 900;
    const hidden = this.hidden && !late;
    this.root.dataset.level = left === null ? "paused" : left <= 60 ? "last" : left <= 300 ? "short" : late ? "late" : "";
    say(this.face, left === null ? t("timer_paused") : left <= 0 ? t("timer_over") : hidden ? t("timer_hidden") : span(left));
    const words = left === null ? t("timer_paused") : hidden ? t("timer_hidden") : t("timer_words", { left: spanWords(left) });
    if (this.root.getAttribute("aria-label") !== words) this.root.setAttribute("aria-label", words);
    this.button.hidden = late || left === null;
    const label = this.hidden ? t("timer_show") : t("timer_hide");
    say(this.button, label);
    this.button.setAttribute("aria-label", this.hidden ? t("timer_show_long") : t("timer_hide_long"));
  }
}
