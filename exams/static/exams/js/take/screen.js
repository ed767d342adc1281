// What the frame around the questions says: save state, network, cover, notices, messages of the invigilator.
import { el, icon, one, say } from "./dom.js";
import { clockTime, t } from "./words.js";

const SAVE_ICONS = { saved: "check", saving: "refresh", local: "wifi-off", failed: "alert-circle", none: "info-circle" };

export class Screen {
  constructor() {
    this.save = one("[data-save]");
    this.net = one("[data-net]");
    this.cover = one("[data-cover]");
    this.work = one("[data-work]");
    this.notices = one("[data-notices]");
    this.polite = one("[data-polite]");
    this.urgent = one("[data-urgent]");
    this.hand = one("[data-hand-in]");
    this.why = one("[data-why]");
  }

  announce(text, urgent) {
    const region = urgent ? this.urgent : this.polite;
    region.textContent = "";
    // An emptied region first, or the same sentence twice is not read out.
    setTimeout(() => { region.textContent = text; }, 50);
  }

  saveState(state, { waiting, savedAt, any }) {
    const none = state === "saved" && !savedAt && !any;
    const kind = none ? "none" : state;
    const text = none ? t("save_none") : state === "saved" ? (savedAt ? t("save_saved", { time: clockTime(savedAt) }) : t("save_all"))
      : state === "saving" ? t("save_saving") : state === "local" ? t("save_local", { n: waiting }) : t("save_failed");
    if (this.save.dataset.state !== kind) {
      this.save.dataset.state = kind;
      this.save.setAttribute("aria-live", kind === "failed" ? "assertive" : "polite");
      this.save.firstElementChild.replaceWith(icon(SAVE_ICONS[kind]));
    }
    say(this.save.lastElementChild, text);
  }

  // trouble: "" | network | busy | signed_out | memory
  network(trouble, waiting) {
    this.net.hidden = !trouble;
    this.net.dataset.kind = trouble;
    one("[data-net-sign-in]", this.net).hidden = trouble !== "signed_out";
    if (!trouble) return;
    say(one("[data-net-text]", this.net), t("net_" + trouble));
    say(one("[data-net-count]", this.net), waiting ? t("net_waiting", { n: waiting }) : "");
    say(one("[data-net-then]", this.net), waiting && trouble !== "signed_out" ? t("net_then") : "");
  }

  handIn(possible) {
    if (possible) this.hand.removeAttribute("aria-disabled");
    else this.hand.setAttribute("aria-disabled", "true");
    this.why.hidden = possible;
  }

  // Covers the paper: kind, and the acts offered [[word, act], …]. The questions are not on the screen meanwhile.
  show(kind, acts, values) {
    if (this.covered === kind) {
      say(one("[data-cover-text]", this.cover), t("cover_" + kind, values));
      return;
    }
    this.covered = kind;
    this.work.hidden = true;
    this.cover.hidden = false;
    say(one("[data-cover-title]", this.cover), t("cover_" + kind + "_title"));
    say(one("[data-cover-text]", this.cover), t("cover_" + kind, values));
    const tools = one("[data-cover-acts]", this.cover);
    tools.textContent = "";
    (acts || []).forEach(([word, act]) => {
      const button = el("button", { type: "button", class: "btn btn-primary" }, t(word));
      button.addEventListener("click", act);
      tools.append(button);
    });
    one("[data-cover-title]", this.cover).focus();
  }

  // Why the act offered on the cover did not work.
  told(text) {
    say(one("[data-cover-text]", this.cover), text);
    this.announce(text, true);
  }

  uncover() {
    if (!this.covered) return false;
    this.covered = "";
    this.cover.hidden = true;
    this.work.hidden = false;
    return true;
  }

  // A line above the paper that stays until it is acknowledged. kind: info | short
  notice(kind, text, done, id) {
    if (id && Array.from(this.notices.children).some((line) => line.dataset.id === String(id))) return;
    const button = el("button", { type: "button", class: "btn btn-secondary btn-sm" }, t("seen"));
    const line = el("div", { class: "x-notice x-notice-" + kind, "data-id": id }, icon(kind === "message" ? "speakerphone" : "info-circle", 18), el("p", null, text), button);
    button.addEventListener("click", () => {
      line.remove();
      if (done) done();
      const stem = one("[data-questions] .x-paper:not([hidden]) .x-stem");
      if (stem) stem.focus();
    });
    this.notices.append(line);
    this.announce(text, kind === "message");
  }
}
