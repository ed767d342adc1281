// A film (or a sound) whose watching counts: plays at its own speed, not ahead of what was seen, and tells the server.
import { Check } from "./check.js";
import { Controls } from "./controls.js";
import { Reporter } from "./reporter.js";
import { State } from "./state.js";
import { Track } from "./track.js";
import { clock, t } from "./words.js";

// A first viewing may go this far beyond what is known as seen: players report their time four times a second.
const NEAR = 1;
// Without an answer for so long nothing more would be counted, so the film waits.
const MOST_UNHEARD = 30000;
const RETRY = 5000;

export class Film {
  constructor(root, config) {
    this.root = root;
    this.config = config;
    this.media = root.querySelector("[data-media]");
    this.media.removeAttribute("controls");
    this.counts = Boolean(config.openUrl);
    this.state = new State(root, config);
    this.track = new Track(root, config.seconds, config.marks);
    this.track.parts(config.parts);
    this.controls = new Controls(root, this);
    this.reporter = new Reporter(config, {
      told: (data, again) => this._told(data, again),
      lost: (kind) => this._lost(kind),
      stopped: (code, message) => this._stopped(code, message),
    });
    this.check = new Check(root, (more) => this._answer(more));
    this.at = this.free ? config.position : Math.min(config.position, config.noSkip ? this.reporter.edge : config.position);
    this.reached = config.noSkip ? this.reporter.edge : config.position;
    this.played = this.at;
    this.sent = performance.now();
    this.tries = 0;
    this.wanted = null;
    this.chosen = false;
    this.stands(this.at);
    this.controls.fast(this.free);
    this._listen();
  }

  // Seen once, or nothing is counted here: then everything is allowed.
  get free() {
    return !this.counts || this.reporter.done;
  }

  _listen() {
    const media = this.media;
    media.addEventListener("loadedmetadata", () => this._place());
    if (media.readyState > 0) this._place();
    media.addEventListener("play", () => this._play());
    media.addEventListener("pause", () => this._pause());
    media.addEventListener("seeking", () => this._seeking());
    media.addEventListener("seeked", () => this._seeked());
    media.addEventListener("timeupdate", () => this._moved());
    media.addEventListener("ended", () => this._ended());
    media.addEventListener("ratechange", () => this._rated());
    const loading = this.root.querySelector("[data-loading]");
    media.addEventListener("waiting", () => (this.slow = setTimeout(() => (loading.hidden = false), 1000)));
    ["playing", "pause", "error"].forEach((name) =>
      media.addEventListener(name, () => {
        clearTimeout(this.slow);
        loading.hidden = true;
      })
    );
    // A failing <source> tells it itself; the event does not rise.
    const source = media.querySelector("source");
    (source || media).addEventListener("error", () => this.state.say("cannot_play", null, "short"));
    setInterval(() => this._tick(), 1000);
    document.addEventListener("visibilitychange", () => {
      if (document.hidden && !media.paused && this.counts) {
        media.pause();
        this.state.say("away");
      }
    });
    window.addEventListener("online", () => this.reporter.failing && this.report());
    window.addEventListener("pagehide", () => this.reporter.close(this._to(), media.currentTime));
  }

  // --- what may be done --------------------------------------------------------------------------------------------

  toggle() {
    if (this.check.open) return;
    if (this.media.paused) this.start();
    else this.media.pause();
  }

  async start() {
    if (this.counts && !this.reporter.open) {
      this.state.say("starting");
      if (!(await this.reporter.begin())) return;
      const here = this.media.currentTime;
      this.reached = this.config.noSkip ? this.reporter.edge : Math.max(this.reporter.edge, here);
      // Another window may have gone on, or a new year begun.
      if (this.chosen && (this.free || here <= this.reached + NEAR)) this.reporter.jump(here);
      else if (Math.abs(here - this.reporter.upto) > NEAR) this._go(this.reporter.upto);
      if (this.check.open) return;
    }
    this.media.play().catch(() => {});
  }

  seek(second) {
    const to = this._allowed(Math.min(Math.max(0, second), this.config.seconds));
    this.chosen = true;
    this.media.currentTime = to;
  }

  // To a place the server named: what was played before it is no longer told.
  _go(second) {
    this.played = second;
    this.media.currentTime = second;
  }

  _allowed(second) {
    const most = this.config.noSkip && !this.free ? this.reached + NEAR : Infinity;
    if (second <= most) return second;
    this.state.say("no_skip", { at: clock(this.reached) }, "short");
    return this.reached;
  }

  rate(speed) {
    this.media.playbackRate = speed;
  }

  _rated() {
    if (!this.free && this.media.playbackRate > 1) {
      this.media.playbackRate = 1;
      this.state.say("speed", null, "short");
    }
    this.controls.speed.value = String(this.media.playbackRate);
  }

  // --- what happens to the film ----------------------------------------------------------------------------------------

  _place() {
    if (this.at > 0 && this.at < this.config.seconds - 1 && this.media.currentTime < 1) this._go(this.at);
  }

  stands(second) {
    this.controls.stand(second);
    this.track.stand(second);
  }

  async _play() {
    // A key of the keyboard or the headset may start it without our button.
    if (this.counts && !this.reporter.open) {
      this.media.pause();
      if (!this.check.open) this.start();
      return;
    }
    if (this.check.open) {
      this.media.pause();
      return;
    }
    this.sent = performance.now();
    this.reporter.acknowledged = this.sent;
    this.controls.show(true);
    if (this.counts) this.state.say(this.reporter.done ? "seen_again" : "counting");
  }

  _pause() {
    this.controls.show(false);
    if (!this.media.ended) this.report();
  }

  _moved() {
    const at = this.media.currentTime;
    this.stands(at);
    if (this.media.seeking || this.media.paused) return;
    // By leaps of less than a second the film runs; anything else was a jump.
    if (at <= this.reached + NEAR) this.reached = Math.max(this.reached, at);
    else if (this.config.noSkip && !this.free) this.media.currentTime = this.reached;
    this.played = at;
  }

  _seeking() {
    const to = this.media.currentTime;
    const allowed = this._allowed(to);
    if (allowed !== to) {
      this.media.currentTime = allowed;
      return;
    }
    if (this.wanted === null) {
      // What was played before the jump is told first; counting goes on from the new place.
      const upto = this.played || 0;
      if (this.reporter.open && !this.reporter.done && upto > this.reporter.upto) this.reporter.report(upto, to);
    }
    this.wanted = to;
  }

  _seeked() {
    const to = this.wanted;
    this.wanted = null;
    if (to === null) return;
    this.stands(this.media.currentTime);
    this.played = this.media.currentTime;
    if (this.media.currentTime > this.reached && this.free) this.reached = this.media.currentTime;
    if (!this.config.noSkip) this.reached = Math.max(this.reached, this.media.currentTime);
    this.reporter.jump(this.media.currentTime);
  }

  _ended() {
    this.controls.show(false);
    this.tries = 0;
    this._wrapUp();
  }

  // The clock may be a blink behind the film: what is left is told when its time has passed.
  async _wrapUp() {
    await this.report();
    const left = this.config.seconds - this.reporter.upto;
    if (!this.media.ended || this.free || this.check.open || left < 0.3 || this.tries > 5) return;
    this.tries += 1;
    setTimeout(() => this._wrapUp(), Math.min(15, left) * 1000 + 300);
  }

  // --- telling the server ------------------------------------------------------------------------------------------

  // Up to where the film was played without a jump since counting began there.
  _to() {
    const at = this.media.ended ? this.config.seconds : this.media.currentTime;
    return Math.max(this.reporter.upto, at);
  }

  report() {
    if (!this.counts || !this.reporter.open || this.wanted !== null) return Promise.resolve(false);
    this.sent = performance.now();
    return this.reporter.report(this._to(), this.media.currentTime);
  }

  _tick() {
    if (!this.counts || !this.reporter.open) return;
    const now = performance.now();
    if (this.media.paused) {
      if (this.reporter.failing && now - this.sent >= RETRY) this.report();
      return;
    }
    if (now - this.reporter.acknowledged >= MOST_UNHEARD && this.reporter.failing && !this.reporter.done) {
      this.media.pause();
      this.state.say("lost_paused", { time: this._counted() }, "short");
    } else if (now - this.sent >= (this.reporter.failing ? RETRY : this.config.beat * 1000)) {
      this.report();
    }
  }

  _counted() {
    return this.reporter.counted || t("seconds", { s: 0 });
  }

  _told(data, again) {
    this.state.count(data);
    this.track.parts(data.parts);
    this.reached = Math.max(this.reached, data.edge);
    if (data.back !== null) {
      this.reached = data.back;
      this._go(data.back);
      this.state.say("no_skip", { at: clock(data.back) }, "short");
    } else if (data.finished) {
      this.state.finish(data, false);
    } else if (again) {
      this.state.say("back_online", { time: data.counted });
    } else if (!this.media.paused && !data.done) {
      this.state.say("counting");
    }
    this.controls.fast(this.free);
    if (data.check !== null) {
      this.media.pause();
      this.check.ask(data.check);
      this.state.say("waiting");
    }
  }

  async _answer(more) {
    if (!(await this.reporter.answer(more)) || more) return;
    this.check.close();
    // What was reached before the question may have been enough already.
    await this.report();
    if (!this.media.ended && !this.check.open) this.start();
  }

  _lost(kind) {
    const paused = this.media.paused && !this.media.ended;
    this.state.say(kind === "busy" ? "busy" : paused ? "lost_paused" : "lost", { time: this._counted() }, "short");
  }

  _stopped(code, message) {
    this.check.close();
    this.media.pause();
    this.state.plain(message, "short");
    if (code === "year") {
      this.reached = 0;
      this._go(0);
    }
  }
}
