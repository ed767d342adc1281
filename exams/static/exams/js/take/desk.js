// One attempt on this screen: takes the paper, listens to the candidate, keeps the server and the screen in step.
import { Away } from "./away.js";
import { one } from "./dom.js";
import { HandIn } from "./handin.js";
import { Keys } from "./keys.js";
import { get, post } from "./net.js";
import { isAnswered, Paper } from "./paper.js";
import { Queue } from "./queue.js";
import { Screen } from "./screen.js";
import { Sheet } from "./sheet.js";
import { Timer } from "./timer.js";
import { t } from "./words.js";

const TYPING = 300;
const AFTER_TYPING = 2000;
const LONGEST_TYPING = 15000;

export class Desk {
  constructor(root, store) {
    const { user, attempt, base } = root.dataset;
    Object.assign(this, { root, store, user, attempt, base });
    this.owner = user + ":" + attempt;
    this.screen = new Screen();
    this.away = new Away((seconds) => this.wasAway(seconds));
    this.drafts = new Map();
    this.trouble = navigator.onLine === false ? "network" : "";
    this.since = 0;
    this.grace = 0;
    this.handedIn = false;
    this.told = false;
    this.lastSent = 0;
  }

  // --- beginning -----------------------------------------------------------------------------------------------------
  async fetchPaper() {
    for (let turn = 0; ; turn += 1) {
      const answer = await get(this.base + "paper/");
      if (answer.kind === "ok") return answer;
      if (answer.kind === "signed_out") location.reload();
      this.screen.show(answer.kind === "gone" ? "gone" : "fetching");
      await new Promise((resolve) => setTimeout(resolve, Math.min(8000, 1000 * (turn + 1)) * (0.75 + Math.random() / 2)));
    }
  }

  async begin() {
    const slow = setTimeout(() => this.screen.show("loading"), 1000);
    const answer = await this.fetchPaper();
    clearTimeout(slow);
    const facts = answer.data;
    this.trouble = "";
    if (facts.state === "submitted") return this.finish(facts.url);
    if (!facts.mine) return this.offerTakeover();
    this.grace = facts.grace || 0;
    this.paper = new Paper(one("[data-questions]"), facts, {
      changed: (n, a, f, typed) => this.changed(n, a, f, typed),
      shown: () => this.moved(),
    });
    this.queue = new Queue({
      user: this.user, attempt: this.attempt, store: this.store, lease: facts.lease, nextSeq: facts.next_seq,
      send: (entries) => this.send(entries), changed: () => this.draw(),
    });
    this.timer = new Timer(one("[data-timer]"), {
      announce: (text, urgent) => this.screen.announce(text, urgent), over: () => this.timeOver(),
    });
    this.sheet = new Sheet(one("[data-sheet]"), this.paper, (at) => this.paper.show(at, true));
    this.handIn = new HandIn(one("[data-hand-dialog]"), {
      facts: () => this.summary(), go: (at) => this.paper.show(at, true), send: () => this.submit(),
    });
    const keep = await this.notes();
    (await this.queue.restore(facts.answers)).forEach((entry) => this.paper.putBack(entry));
    this.paper.whole = Boolean(keep.whole);
    this.listen(keep);
    this.screen.uncover();
    this.apply(facts, answer);
    this.paper.show(keep.at || 0, true);
    this.planPulse();
    this.root.dataset.ready = "1";
    return null;
  }

  async notes() {
    const [view, seen] = await Promise.all([this.store.note(this.owner, "view"), this.store.note(this.owner, "seen")]).catch(() => []);
    this.since = seen || 0;
    return view || {};
  }

  keepView() {
    this.kept = this.paper.at;
    const view = { whole: this.paper.whole, keys: this.keys.on, at: this.paper.at };
    this.store.note(this.owner, "view", view).catch(() => {});
  }

  listen(keep) {
    const back = () => this.turn(-1);
    const next = () => this.turn(1);
    const acts = { pick: (index) => this.paper.pick(index), next, back, flag: () => this.paper.flag(), sheet: () => this.sheet.enter() };
    this.keys = new Keys(one("[data-main]"), acts);
    this.keys.on = keep.keys !== false;
    one("[data-back]").addEventListener("click", back);
    one("[data-next]").addEventListener("click", next);
    one("[data-flag]").addEventListener("click", acts.flag);
    one("[data-questions]").addEventListener("focusin", (event) => this.paper.follow(event.target));
    one("[data-sheet]").addEventListener("keydown", (event) => {
      if (event.key === "Escape" || (event.key.toLowerCase() === "s" && this.keys.on)) {
        event.preventDefault();
        this.sheet.open(false);
        this.paper.show(this.paper.at, true);
      }
    });
    this.screen.hand.addEventListener("click", () => {
      if (this.screen.hand.getAttribute("aria-disabled")) this.screen.announce(t("hand_offline"), false);
      else this.handIn.open(this.screen.hand);
    });
    this.toggle("[data-whole]", () => this.paper.whole, (on) => { this.paper.whole = on; this.paper.show(this.paper.at, false); });
    this.toggle("[data-keys]", () => this.keys.on, (on) => { this.keys.on = on; this.draw(); });
    one("[data-call]").addEventListener("click", () => this.call());
    const large = one("[data-large]");
    large.addEventListener("submit", async (event) => {
      event.preventDefault();
      this.commit();
      await this.queue.drain(3000);
      large.submit();
    });
    window.addEventListener("online", () => { this.queue.wake(); this.pulse(); });
    window.addEventListener("offline", () => this.met({ kind: "network" }));
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") { this.commit(); this.queue.flush(); } else this.pulse();
    });
    window.addEventListener("pagehide", () => this.commit());
    window.addEventListener("beforeunload", (event) => {
      if (this.handedIn || (!this.queue.entries.length && !this.drafts.size)) return;
      event.preventDefault();
      event.returnValue = "";
    });
    setInterval(() => this.nearTheEnd(), 500);
  }

  moved() {
    if (this.keys && this.kept !== this.paper.at) this.keepView();
    this.draw();
  }

  toggle(selector, read, write) {
    const button = one(selector);
    button.setAttribute("aria-pressed", read() ? "true" : "false");
    button.addEventListener("click", () => {
      write(!read());
      button.setAttribute("aria-pressed", read() ? "true" : "false");
      this.keepView();
    });
  }

  turn(step) {
    this.commit();
    this.paper.show(this.paper.at + step, true);
  }

  // --- answers -------------------------------------------------------------------------------------------------------
  changed(n, answer, flagged, typed) {
    if (answer === null) {
      if (this.drafts.has(n)) this.commit();
      else if (this.queue.pendingItems().has(n) && !this.queue.failures) this.queue.soon(0);
      return;
    }
    const last = this.drafts.get(n);
    if (last) clearTimeout(last.clock);
    if (typed) {
      this.drafts.set(n, { answer, flagged, clock: setTimeout(() => this.write(n, AFTER_TYPING), TYPING) });
      this.draw();
    } else {
      this.drafts.set(n, { answer, flagged });
      this.write(n, 400);
    }
  }

  write(n, wait) {
    const draft = this.drafts.get(n);
    if (!draft) return;
    this.drafts.delete(n);
    const left = this.timer.remaining();
    const hurry = (left !== null && left < 10) || performance.now() - this.lastSent > LONGEST_TYPING;
    this.queue.change(n, draft.answer, draft.flagged, hurry ? 0 : wait);
  }

  commit() {
    Array.from(this.drafts.keys()).forEach((n) => {
      clearTimeout(this.drafts.get(n).clock);
      this.write(n, 0);
    });
  }

  nearTheEnd() {
    const left = this.timer.remaining();
    if (left !== null && left < 3.5 && left > 0) {
      this.commit();
      this.queue.wake();
    }
  }

  async send(entries) {
    const focus = this.away.take();
    this.lastSent = performance.now();
    const body = { lease: this.queue.lease, since: this.since, answers: this.queue.body(entries), focus };
    const answer = await post(this.base + "save/", body, document.visibilityState === "hidden");
    if (answer.kind !== "ok") this.away.giveBack(focus);
    this.met(answer);
    if (answer.kind === "ok") this.planPulse();
    return answer;
  }

  // --- what the server says --------------------------------------------------------------------------------------------
  met(answer) {
    const down = ["network", "busy", "signed_out"].indexOf(answer.kind) >= 0;
    const was = this.trouble;
    this.trouble = down ? answer.kind : "";
    if (was && !down) this.queue.wake();
    if (answer.kind === "gone") this.queue.stop("gone");
    if (answer.kind === "ok" || answer.kind === "conflict") this.apply(answer.data, answer);
    this.draw();
  }

  apply(facts, { way, came }) {
    if (facts.code === "lease") return this.offerTakeover();
    if (facts.state === "submitted" && !this.submitting) return this.finish(facts.url);
    if (facts.remaining === undefined) return null;
    if (facts.grace !== undefined) this.grace = facts.grace;
    const longer = this.timer.sync(facts, way, came);
    if (longer) this.screen.notice("info", t("extended", { m: Math.round(longer / 6) / 10 }));
    (facts.messages || []).forEach((message) => this.message(message));
    if (facts.state === "paused") {
      this.handIn.close();
      if (this.screen.covered !== "paused") this.planPulse(true);
      this.screen.show("paused");
    } else if (facts.state === "open" && (facts.remaining > 0) && ["paused", "over"].indexOf(this.screen.covered) >= 0) {
      this.paper.lock(false);
      this.screen.uncover();
      if (this.queue.stopped === "deadline") this.queue.resume(this.queue.lease);
      this.queue.wake();
      this.paper.show(this.paper.at, true);
      this.screen.announce(t("resumed"), false);
    }
    return null;
  }

  message({ id, text }) {
    if (id <= this.since) return;
    this.since = id;
    this.screen.notice("message", t("message", { text }), () => this.store.note(this.owner, "seen", id).catch(() => {}), id);
  }

  planPulse(soon) {
    clearTimeout(this.pulseClock);
    const every = this.screen.covered === "paused" || soon ? 5000 : 20000;
    this.pulseClock = setTimeout(() => this.pulse(), every * (0.8 + Math.random() * 0.4));
  }

  async pulse(handUp) {
    if (this.handedIn || this.queue.stopped === "lease") return null;
    clearTimeout(this.pulseClock);
    const focus = this.away.take();
    const body = { lease: this.queue.lease, since: this.since, focus, hand_up: Boolean(handUp) };
    const answer = await post(this.base + "pulse/", body);
    if (answer.kind !== "ok") this.away.giveBack(focus);
    this.met(answer);
    if (this.trouble) this.pulseClock = setTimeout(() => this.pulse(), 4000 + Math.random() * 3000);
    else this.planPulse();
    return answer;
  }

  async call() {
    const answer = await this.pulse(true);
    this.screen.notice("info", t(answer && answer.kind === "ok" ? "called" : "call_failed"));
  }

  wasAway(seconds) {
    if (!this.queue) return;
    if (!this.told) this.screen.notice("info", t("away", { s: seconds }));
    this.told = true;
    this.pulse();
  }

  // --- ends --------------------------------------------------------------------------------------------------------
  summary() {
    const { items, answers, flags } = this.paper;
    const places = (test) => items.map((item, at) => (test(item.n) ? at : -1)).filter((at) => at >= 0);
    return {
      total: items.length, until: this.timer.untilEarliest(),
      empty: places((n) => !isAnswered(answers.get(n))), flagged: places((n) => flags.has(n)),
    };
  }

  async submit() {
    this.commit();
    if (!(await this.queue.drain(8000))) return t("hand_unsent", { n: this.queue.pendingItems().size });
    this.submitting = true;
    const answer = await post(this.base + "hand-in/", { lease: this.queue.lease, answers: [] });
    this.submitting = false;
    if (answer.kind === "ok") {
      await this.store.clear((owner) => owner === this.owner).catch(() => {});
      return this.finish(answer.data.url);
    }
    this.met(answer);
    return (answer.data && answer.data.message) || t("hand_failed");
  }

  async timeOver() {
    this.commit();
    this.paper.lock(true);
    this.handIn.close();
    this.screen.announce(t("timer_over"), true);
    this.showOver();
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 0.8 * this.grace * 1000));
    for (;;) {
      // The invigilator may have given more time meanwhile: ask before handing in.
      const facts = await this.pulse();
      if (this.handedIn || this.screen.covered !== "over") return;
      if (facts && facts.kind === "ok") {
        const left = this.queue.body(this.queue.entries);
        const answer = await post(this.base + "hand-in/", { lease: this.queue.lease, answers: left });
        this.met(answer);
        if (answer.kind === "ok") return;
      }
      this.showOver();
      await new Promise((resolve) => setTimeout(resolve, 2000 + Math.random() * 2000));
    }
  }

  showOver() {
    const n = this.queue.pendingItems().size;
    this.screen.show("over", [], { rest: n ? t("over_rest", { n }) : "" });
  }

  offerTakeover() {
    if (this.queue) this.queue.stop("lease");
    if (this.handIn) this.handIn.close();
    clearTimeout(this.pulseClock);
    this.screen.show("lease", [["takeover", async () => {
      this.commit();
      const answer = await post(this.base + "takeover/", {});
      if (answer.kind === "ok" || (answer.data && answer.data.code === "submitted")) this.reload();
      else this.screen.told((answer.data && answer.data.message) || t("hand_failed"));
    }]]);
    return null;
  }

  // Another window of this browser took over: put away what is not sent, then stand still.
  async stepAside() {
    if (this.queue) {
      this.commit();
      await this.queue.drain(1500);
      this.queue.stop("tab");
    }
    clearTimeout(this.pulseClock);
    this.handedIn = true;
    this.screen.show("tab", [["here", () => this.reload()]]);
  }

  reload() {
    this.handedIn = true;
    location.reload();
  }

  finish(url) {
    this.handedIn = true;
    if (this.queue) this.queue.stop("submitted");
    location.replace(url || location.href);
    return "";
  }

  draw() {
    if (!this.queue || !this.sheet || !this.keys) return;
    const waiting = this.queue.pendingItems().size;
    const stateOf = (n) => (this.drafts.has(n) ? "saving" : this.queue.stateOf(n));
    const total = this.sheet.draw(stateOf);
    const down = this.trouble && this.trouble !== "signed_out";
    const state = this.queue.state();
    const busy = state === "saved" && this.drafts.size ? "saving" : state === "saving" && down ? (this.queue.durable ? "local" : "failed") : state;
    this.screen.saveState(busy, { waiting, savedAt: this.queue.savedAt, any: total.answered || total.flagged });
    this.screen.network(this.trouble || (this.queue.durable ? "" : "memory"), waiting);
    this.screen.handIn(!this.trouble);
    this.paper.items.forEach((item) => this.paper.mark(item.n, stateOf(item.n), this.queue.refused.get(item.n)));
    const { at, items, flags } = this.paper;
    one("[data-back]").disabled = at === 0;
    one("[data-next]").disabled = at === items.length - 1;
    one("[data-flag]").setAttribute("aria-pressed", flags.has(items[at].n) ? "true" : "false");
    one("[data-hint]").hidden = !this.keys.on || !this.screen.why.hidden;
  }
}
