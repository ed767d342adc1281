// Every change is written down under its own key first and sent afterwards, again and again under the same key, until
// the server has acknowledged it. Nothing here decides that an answer is saved; only the server's answer does.
import { uuid } from "./store.js";

const MOST = 40;
const SLOWEST = 15000;

function same(entry, answer) {
  return Boolean(entry.f) === Boolean(answer.f) && JSON.stringify(entry.a) === JSON.stringify(answer.a);
}

export class Queue {
  // send(entries) → {kind: ok|conflict|bad|signed_out|busy|network|gone, data}; changed() is called on every news.
  constructor({ user, attempt, store, send, changed, lease, nextSeq, timers, random }) {
    Object.assign(this, { user, store, send, changed, lease });
    this.owner = user + ":" + attempt;
    this.seq = (nextSeq || 1) - 1;
    this.timers = timers || { set: (act, ms) => setTimeout(act, ms), clear: (id) => clearTimeout(id) };
    this.random = random || Math.random;
    this.entries = [];
    this.base = new Map();
    this.refused = new Map();
    this.failures = 0;
    this.most = MOST;
    this.trouble = "";
    this.stopped = "";
    this.savedAt = "";
    this.writing = 0;
    this.durable = store.durable;
    this.sending = null;
    this.clock = 0;
  }

  // What the last page left behind, but for what was overtaken. `answers`: the server's, {n: {a, f, seq}}.
  async restore(answers) {
    Object.keys(answers).forEach((n) => this.base.set(Number(n), answers[n].seq || 0));
    let kept = [];
    try {
      kept = (await this.store.all(this.owner)).sort((a, b) => a.seq - b.seq);
    } catch (unreadable) {
      this.durable = false;
    }
    const late = kept.filter((entry) => {
      const now = this.base.get(entry.n) || 0;
      // What the server has may be ours, its answer lost on the way; or another device answered after us.
      const ours = kept.some((own) => own.n === entry.n && own.seq === now && same(own, answers[entry.n]));
      return now > entry.seq || (entry.lease !== this.lease && now > entry.base && !ours);
    });
    if (late.length) await this.store.remove(late.map((entry) => entry.key)).catch(() => {});
    this.entries = kept.filter((entry) => late.indexOf(entry) < 0);
    this.entries.forEach((entry) => { entry.tried = true; });
    this.seq = Math.max(this.seq, ...kept.map((entry) => entry.seq), 0);
    if (this.entries.length) this.soon(0);
    this.changed();
    return this.entries;
  }

  // Remember the answer of question n and send it after `wait` ms. Resolves when it is on disk (or known not to be).
  async change(n, a, f, wait) {
    const entry = {
      key: uuid(), owner: this.owner, n, seq: ++this.seq, a, f, lease: this.lease, base: this.base.get(n) || 0, tried: false,
    };
    const overtaken = this.entries.filter((old) => old.n === n && !old.tried);
    this.entries = this.entries.filter((old) => overtaken.indexOf(old) < 0);
    this.entries.push(entry);
    this.refused.delete(n);
    this.writing += 1;
    this.changed();
    try {
      await this.store.put(entry, overtaken.map((old) => old.key));
      this.durable = this.store.durable;
    } catch (full) {
      this.durable = false;
    }
    this.writing -= 1;
    this.soon(this.failures ? null : wait);
    this.changed();
  }

  // Send after `ms`; null leaves an already planned retry alone.
  soon(ms) {
    if (this.stopped || (ms === null && this.clock)) return;
    this.timers.clear(this.clock);
    this.clock = this.timers.set(() => { this.clock = 0; this.flush(); }, ms === null ? this.pause() : ms);
  }

  pause() {
    const step = Math.min(SLOWEST, 1000 * Math.pow(2, Math.max(0, this.failures - 1)));
    return step * (0.75 + this.random() / 2);
  }

  flush() {
    if (this.sending) return this.sending;
    if (this.stopped || !this.entries.length) return Promise.resolve(true);
    this.timers.clear(this.clock);
    this.clock = 0;
    this.sending = this.one().then((ok) => {
      this.sending = null;
      if (this.entries.length && !this.stopped) this.soon(ok ? 0 : this.pause());
      this.changed();
      return ok;
    });
    this.changed();
    return this.sending;
  }

  async one() {
    const batch = this.entries.slice().sort((a, b) => a.seq - b.seq).slice(0, this.most);
    batch.forEach((entry) => { entry.tried = true; });
    let answer;
    try {
      answer = await this.send(batch);
    } catch (broken) {
      answer = { kind: "network" };
    }
    if (answer.kind === "ok") return this.acknowledged(batch, answer.data);
    if (answer.kind === "bad") {
      if (batch.length > 1) this.most = 1;
      else await this.settle(batch, [{ key: batch[0].key, message: (answer.data && answer.data.message) || "" }], []);
      return batch.length > 1;
    }
    this.trouble = answer.kind === "conflict" ? answer.data.code : answer.kind;
    this.failures += 1;
    if (["lease", "submitted", "deadline", "gone"].indexOf(this.trouble) >= 0) this.stop(this.trouble);
    return false;
  }

  async acknowledged(batch, data) {
    const saved = new Set(data.saved || []);
    const refused = data.refused || [];
    await this.settle(batch, refused, saved);
    const progress = saved.size + refused.length > 0;
    this.failures = progress ? 0 : this.failures + 1;
    this.trouble = progress ? "" : "busy";
    if (data.at && saved.size) this.savedAt = data.at;
    if (this.most < MOST) this.most += 1;
    return progress;
  }

  async settle(batch, refused, saved) {
    const done = [];
    batch.forEach((entry) => {
      const no = refused.find((row) => row.key === entry.key);
      if (no && !this.entries.some((later) => later.n === entry.n && later.seq > entry.seq)) this.refused.set(entry.n, no.message);
      if (no) done.push(entry.key);
      else if (saved.has && saved.has(entry.key)) {
        done.push(entry.key);
        this.base.set(entry.n, Math.max(this.base.get(entry.n) || 0, entry.seq));
      }
    });
    this.entries = this.entries.filter((entry) => done.indexOf(entry.key) < 0);
    await this.store.remove(done).catch(() => {});
  }

  // Send everything now; true when nothing is left, false when something could not be sent in `ms`.
  async drain(ms) {
    const until = Date.now() + ms;
    while (this.entries.length && !this.stopped && Date.now() < until) {
      const left = new Promise((resolve) => this.timers.set(() => resolve(false), Math.max(0, until - Date.now())));
      if (!(await Promise.race([this.flush(), left]))) break;
    }
    return !this.entries.length && !this.writing;
  }

  // The network is back, or somebody has signed in again: do not wait for the next retry.
  wake() {
    if (this.entries.length && !this.sending) this.soon(0);
  }

  stop(reason) {
    this.stopped = reason;
    this.timers.clear(this.clock);
    this.clock = 0;
  }

  resume(lease) {
    this.lease = lease;
    this.stopped = "";
    this.trouble = "";
    this.failures = 0;
    this.wake();
  }

  body(batch) {
    return batch.map(({ n, seq, key, a, f }) => ({ n, seq, key, a, f }));
  }

  pendingItems() {
    return new Set(this.entries.map((entry) => entry.n));
  }

  // "failed" refused for good, "local" waiting because sending fails, "saving" on its way, "saved".
  stateOf(n) {
    if (this.refused.has(n)) return "failed";
    if (!this.entries.some((entry) => entry.n === n)) return "saved";
    return this.failures || this.stopped ? "local" : "saving";
  }

  state() {
    if (this.refused.size) return "failed";
    if (!this.entries.length) return this.writing ? "saving" : "saved";
    if (!this.failures && !this.stopped) return "saving";
    return this.durable && this.trouble !== "gone" ? "local" : "failed";
  }
}
