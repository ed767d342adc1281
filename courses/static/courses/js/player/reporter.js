// Tells the server what was played and keeps what it counted. One request at a time; what is not acknowledged is
// reported again, from where counting stopped.
import { post } from "./net.js";

export class Reporter {
  // told(reply): after each answer; lost(kind): network or busy; stopped(code, message): counting ended in this window.
  constructor(config, { told, lost, stopped }) {
    this.config = config;
    this.told = told;
    this.lost = lost;
    this.stopped = stopped;
    this.lease = "";
    this.watch = 0;
    this.upto = config.position;
    this.edge = config.parts.length && config.parts[0][0] === 0 ? config.parts[0][1] : 0;
    this.done = config.done;
    this.counted = null;
    this.failing = false;
    this.turn = Promise.resolve();
    this.acknowledged = performance.now();
  }

  get open() {
    return Boolean(this.lease);
  }

  _url(act) {
    return this.config.openUrl.replace(/\d+\/open\/$/, this.watch + "/" + act + "/");
  }

  _next(doing) {
    const turn = this.turn.then(doing);
    this.turn = turn.catch(() => {});
    return turn;
  }

  begin() {
    return this._next(async () => {
      if (this.lease) return true;
      const answer = await post(this.config.openUrl, {});
      if (answer.kind === "ok") {
        this.watch = answer.data.watch;
        this.lease = answer.data.lease;
      }
      return this._took(answer);
    });
  }

  // What was played since the last report: from where the server stopped counting to here.
  report(to, position, more) {
    return this._next(async () => {
      if (!this.lease) return false;
      const body = Object.assign({ lease: this.lease, from: this.upto, to, position }, more);
      return this._took(await post(this._url("beat"), body));
    });
  }

  // A new place to count from: after a jump.
  jump(at) {
    return this._next(async () => {
      this.upto = at;
    });
  }

  answer(more) {
    return this._next(async () => {
      if (!this.lease) return false;
      return this._took(await post(this._url("present"), { lease: this.lease, more: Boolean(more) }));
    });
  }

  // The page goes: no waiting, no answer.
  close(to, position) {
    if (!this.lease) return;
    post(this._url("close"), { lease: this.lease, from: this.upto, to, position }, true);
    this.lease = "";
  }

  _took(answer) {
    if (answer.kind === "ok") {
      const data = answer.data;
      this.acknowledged = performance.now();
      const again = this.failing;
      this.failing = false;
      this.upto = data.upto;
      this.edge = data.edge;
      this.done = data.done;
      this.counted = data.counted;
      this.told(data, again);
      return true;
    }
    if (answer.kind === "refused") {
      this.lease = "";
      this.stopped(answer.data.code, answer.data.message);
    } else {
      this.failing = true;
      this.lost(answer.kind);
    }
    return false;
  }
}
