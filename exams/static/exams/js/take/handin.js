// 交卷: what is unanswered and what is flagged, each a way back; then one confirmed act.
import { el, one, say } from "./dom.js";
import { spanWords, t } from "./words.js";

export class HandIn {
  // facts() → {empty: [at], flagged: [at], until}; go(at); send() → "" or a sentence saying why not
  constructor(dialog, { facts, go, send }) {
    Object.assign(this, { dialog, facts, go, send });
    this.confirm = one("[data-hand-confirm]", dialog);
    this.note = one("[data-hand-note]", dialog);
    this.busy = false;
    this.confirm.addEventListener("click", () => this.act());
    one("[data-hand-cancel]", dialog).addEventListener("click", () => dialog.close());
    dialog.addEventListener("cancel", (event) => { if (this.busy) event.preventDefault(); });
    dialog.addEventListener("close", () => { if (this.opener) this.opener.focus(); });
  }

  open(opener) {
    this.opener = opener;
    const { empty, flagged, total, until } = this.facts();
    say(one("[data-hand-sum]", this.dialog), t("hand_sum", { total, answered: total - empty.length }));
    this.list("[data-hand-empty]", empty, "hand_empty");
    this.list("[data-hand-flagged]", flagged, "hand_flagged");
    say(this.note, until > 0 ? t("hand_early", { left: spanWords(until) }) : "");
    this.allow(until <= 0);
    this.dialog.showModal();
    one("[data-hand-cancel]", this.dialog).focus();
  }

  list(selector, places, word) {
    const box = one(selector, this.dialog);
    box.textContent = "";
    box.hidden = !places.length;
    if (!places.length) return;
    const links = el("ul", { class: "x-hand-list" });
    places.forEach((at) => {
      const button = el("button", { type: "button", class: "btn btn-secondary btn-sm", "aria-label": t("question_n", { n: at + 1 }) }, String(at + 1));
      button.addEventListener("click", () => {
        this.opener = null;
        this.dialog.close();
        this.go(at);
      });
      links.append(el("li", null, button));
    });
    box.append(el("p", null, t(word, { n: places.length })), links);
  }

  allow(possible) {
    if (possible) this.confirm.removeAttribute("aria-disabled");
    else this.confirm.setAttribute("aria-disabled", "true");
  }

  async act() {
    if (this.busy || this.confirm.getAttribute("aria-disabled")) return;
    this.busy = true;
    this.allow(false);
    say(this.note, t("hand_sending"));
    const problem = await this.send();
    this.busy = false;
    say(this.note, problem);
    this.allow(true);
  }

  close() {
    if (this.dialog.open && !this.busy) {
      this.opener = null;
      this.dialog.close();
    }
  }
}
