// The minutes of a text: counted while the page is in front and somebody moves in it.
import { Check } from "./check.js";
import { Reporter } from "./reporter.js";
import { State } from "./state.js";
import { t } from "./words.js";

// Nobody reads two minutes without moving the page, the mouse or a key.
const IDLE = 120000;
const RETRY = 5000;
const SIGNS = ["scroll", "pointermove", "pointerdown", "keydown", "touchmove", "wheel"];

export class Reader {
  constructor(root, config) {
    this.config = config;
    this.state = new State(root, config);
    if (!config.openUrl) return;
    this.reporter = new Reporter(config, {
      told: (data, again) => this._told(data, again),
      lost: (kind) => this.state.say(kind === "busy" ? "busy" : "lost", { time: this._counted() }, "short"),
      stopped: (code, message) => this._stopped(message),
    });
    this.reporter.upto = this.reporter.edge;
    this.check = new Check(root, (more) => this._answer(more));
    this.read = 0;
    this.halted = false;
    this.moved = this.ticked = this.sent = performance.now();
    if (config.done) return;
    SIGNS.forEach((name) => window.addEventListener(name, () => (this.moved = performance.now()), { passive: true }));
    this.state.again.addEventListener("click", () => {
      this.halted = false;
      this.state.again.hidden = true;
      this.moved = performance.now();
      this.reporter.begin();
    });
    document.addEventListener("visibilitychange", () => document.hidden && this._report());
    window.addEventListener("online", () => this.reporter.failing && this._report());
    window.addEventListener("pagehide", () => this.reporter.close(this._to(), this._to()));
    this.timer = setInterval(() => this._tick(), 1000);
    this._tick();
  }

  _to() {
    return Math.min(this.config.seconds, this.reporter.upto + this.read);
  }

  async _tick() {
    const now = performance.now();
    const passed = (now - this.ticked) / 1000;
    this.ticked = now;
    if (document.hidden || this.halted || this.check.open || this.reporter.done) return;
    if (now - this.moved > IDLE) {
      if (this.read > 0) this._report();
      this.state.say("idle", null, "short");
      return;
    }
    if (!this.reporter.open) {
      if (now - this.sent >= RETRY || !this.reporter.failing) {
        this.sent = now;
        if (!this.opening) this._open();
      }
      return;
    }
    // What cannot be told will not be counted: no more than one report's worth waits.
    this.read = Math.min(this.read + passed, 30);
    if (now - this.sent >= (this.reporter.failing ? RETRY : this.config.beat * 1000) || this._to() >= this.config.need) this._report();
  }

  async _open() {
    this.opening = true;
    await this.reporter.begin();
    this.opening = false;
    this.sent = performance.now();
  }

  async _report() {
    if (!this.reporter.open || this.reporting) return;
    this.reporting = true;
    this.sent = performance.now();
    const to = this._to();
    const from = this.reporter.upto;
    // Reading went on while the answer was on its way: only what was counted is taken off.
    if (await this.reporter.report(to, to)) this.read = Math.max(0, this.read - (this.reporter.upto - from));
    this.reporting = false;
  }

  _counted() {
    return this.reporter.counted || t("seconds", { s: 0 });
  }

  _told(data, again) {
    this.state.count(data);
    // Reading goes on where counting stopped.
    this.reporter.upto = Math.max(data.upto, data.edge);
    if (data.finished) {
      clearInterval(this.timer);
      this.state.finish(data, true);
    } else if (again) {
      this.state.say("back_online", { time: data.counted });
    } else if (!data.done) {
      this.state.say("counting");
    }
    if (data.check !== null) {
      this.check.ask(data.check);
      this.state.say("waiting");
    }
  }

  async _answer(more) {
    if (!(await this.reporter.answer(more)) || more) return;
    this.read = 0;
    this.moved = performance.now();
    this.check.close();
    this._report();
  }

  _stopped(message) {
    this.check.close();
    this.halted = true;
    this.state.plain(message, "short");
    this.state.again.hidden = false;
  }
}
