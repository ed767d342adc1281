// The questions: native fieldsets, radios, checkboxes and text fields, made once and shown one by one or all together.
import { el, icon, say } from "./dom.js";
import { t } from "./words.js";

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

export function isAnswered(a) {
  if (Array.isArray(a)) return a.some((part) => part !== "" && part !== null);
  return Boolean(a && a.trim());
}

// Fetched at once, shown or not: later there may be no network.
function picture(it, of) {
  return it ? el("img", { class: "x-pic", src: it.url, alt: it.alt || of, draggable: "false" }) : null;
}

export class Paper {
  // changed(n, answer, flagged, typed); shown(position)
  constructor(root, { items, sections, answers }, { changed, shown }) {
    Object.assign(this, { root, items, sections, changed, shown });
    this.at = 0;
    this.whole = false;
    this.locked = false;
    this.parts = [];
    this.answers = new Map();
    this.flags = new Set();
    items.forEach((item) => {
      const had = answers[item.n];
      this.answers.set(item.n, had ? had.a : item.form === "written" ? "" : []);
      if (had && had.f) this.flags.add(item.n);
    });
    this.build();
  }

  build() {
    let group = null;
    let section = -1;
    this.root.textContent = "";
    this.items.forEach((item, position) => {
      const last = position ? this.items[position - 1] : null;
      if (item.s !== section) {
        section = item.s;
        const facts = this.sections[section] || { title: "" };
        this.root.append(el("h2", { class: "x-sec" }, facts.title));
      }
      if (!group || !item.case || !last || last.case !== item.case || last.s !== item.s) {
        group = el("div", { class: "x-group" + (item.material ? " x-case" : "") });
        if (item.material) group.append(this.material(item, position));
        group.append(el("div", { class: "x-parts" }));
        this.root.append(group);
      }
      const part = this.part(item, position);
      this.parts.push({ item, part, group });
      group.lastElementChild.append(part);
    });
  }

  material(item, position) {
    const same = this.items.filter((other) => other.case === item.case && other.s === item.s).length;
    const title = same > 1 ? t("material_for", { from: position + 1, to: position + same }) : t("material");
    return el("section", { class: "x-material panel", "aria-label": title },
      el("h3", null, title), el("div", { class: "x-text", tabindex: "0" }, item.material));
  }

  part(item, position) {
    const n = position + 1;
    const form = t("form_" + item.form);
    const legend = el("legend", { class: "x-stem", tabindex: "-1", id: "stem-" + item.n },
      el("span", { class: "visually-hidden" }, t("lead", { n, form, marks: item.marks })), el("span", { class: "x-text" }, item.stem));
    const fields = el("fieldset", null, legend, picture(item.picture, t("picture_of", { n })));
    const hint = t("hint_" + item.form);
    if (hint) fields.append(el("p", { class: "x-how" }, hint));
    const make = { blank: this.blanks, written: this.written }[item.form] || this.options;
    fields.append(...make.call(this, item, n));
    const state = el("span", { class: "x-item-state" });
    return el("section", { class: "panel x-paper", "data-n": item.n },
      el("div", { class: "x-meta" }, el("b", null, t("question_n", { n })), el("span", null, t("of_n", { n: this.items.length })),
        el("span", null, form), el("span", null, t("marks", { marks: item.marks })), el("span", { class: "x-flagged", hidden: !this.flags.has(item.n) }, icon("flag", 14), t("flagged")), state),
      fields);
  }

  options(item, n) {
    const many = item.form === "multiple";
    const chosen = this.answers.get(item.n);
    return item.options.map((option, index) => {
      const input = el("input", { type: many ? "checkbox" : "radio", name: "q" + item.n, value: option.t, checked: chosen.indexOf(option.t) >= 0, autocomplete: "off" });
      const label = el("label", { class: "x-opt" + (input.checked ? " x-on" : "") }, input, el("span", { class: "x-letter" }, LETTERS[index]),
        el("span", { class: "x-opt-t" }, el("span", { class: "x-text" }, option.text), picture(option.picture, t("picture_of_option", { n, letter: LETTERS[index] }))),
        el("span", { class: "x-chosen", "aria-hidden": "true" }, t("chosen")));
      input.addEventListener("change", () => this.choose(item));
      return label;
    });
  }

  choose(item) {
    const inputs = Array.from(this.root.querySelectorAll('input[name="q' + item.n + '"]'));
    inputs.forEach((input) => input.parentElement.classList.toggle("x-on", input.checked));
    this.set(item.n, inputs.filter((input) => input.checked).map((input) => input.value), false);
  }

  blanks(item) {
    const values = this.answers.get(item.n);
    return Array.from({ length: item.blanks || 1 }, (none, index) => {
      const input = el("input", { type: "text", maxlength: "500", autocomplete: "off", spellcheck: "false", value: values[index] || "", name: "q" + item.n });
      input.addEventListener("input", () => this.typed(item));
      input.addEventListener("blur", () => this.left(item));
      return el("label", { class: "x-blank" }, el("span", null, t("blank_n", { n: index + 1 })), input);
    });
  }

  written(item) {
    const box = el("textarea", { rows: "10", maxlength: "20000", name: "q" + item.n, spellcheck: "false", autocomplete: "off", "aria-labelledby": "stem-" + item.n, "aria-describedby": "count-" + item.n });
    box.value = this.answers.get(item.n) || "";
    const count = el("p", { class: "x-count", id: "count-" + item.n }, this.count(box.value));
    box.addEventListener("input", () => {
      say(count, this.count(box.value));
      this.typed(item);
    });
    box.addEventListener("blur", () => this.left(item));
    return [box, count];
  }

  count(text) {
    return t("written_n", { n: Array.from(text.replace(/\s/g, "")).length });
  }

  typedValue(item) {
    const fields = Array.from(this.root.querySelectorAll('[name="q' + item.n + '"]'));
    return item.form === "written" ? fields[0].value : fields.map((field) => field.value);
  }

  typed(item) {
    this.set(item.n, this.typedValue(item), true);
  }

  // Leaving a text field sends what is in it now; the queue drops it when nothing has changed.
  left(item) {
    this.changed(item.n, null, this.flags.has(item.n), false);
  }

  set(n, answer, typed) {
    if (this.locked) return;
    this.answers.set(n, answer);
    this.changed(n, answer, this.flags.has(n), typed);
  }

  get current() {
    return this.items[this.at];
  }

  flag() {
    if (this.locked) return;
    const n = this.current.n;
    if (this.flags.has(n)) this.flags.delete(n);
    else this.flags.add(n);
    this.parts[this.at].part.querySelector(".x-flagged").hidden = !this.flags.has(n);
    this.changed(n, this.answers.get(n), this.flags.has(n), false);
    this.shown(this.at);
  }

  // Put back what this device still held when the page was closed: later than anything the server has sent.
  putBack(entry) {
    const found = this.parts.find((row) => row.item.n === entry.n);
    if (!found) return;
    const { item, part } = found;
    this.answers.set(item.n, entry.a);
    if (entry.f) this.flags.add(item.n);
    else this.flags.delete(item.n);
    part.querySelector(".x-flagged").hidden = !entry.f;
    const fields = Array.from(part.querySelectorAll("[name]"));
    if (item.form === "written") {
      fields[0].value = entry.a;
      say(part.querySelector(".x-count"), this.count(entry.a));
    } else if (item.form === "blank") fields.forEach((field, index) => { field.value = entry.a[index] || ""; });
    else {
      fields.forEach((field) => {
        field.checked = entry.a.indexOf(field.value) >= 0;
        field.parentElement.classList.toggle("x-on", field.checked);
      });
    }
  }

  // 1–9: the option at that place of the question shown.
  pick(index) {
    const item = this.current;
    const input = this.parts[this.at].part.querySelectorAll(".x-opt input")[index];
    if (!input || this.locked) return;
    if (item.form === "multiple") input.checked = !input.checked;
    else input.checked = true;
    input.focus();
    this.choose(item);
  }

  show(position, focus) {
    this.at = Math.max(0, Math.min(position, this.items.length - 1));
    const { part, group } = this.parts[this.at];
    this.root.classList.toggle("x-whole", this.whole);
    this.parts.forEach((row) => {
      row.part.hidden = !this.whole && row.part !== part;
      row.group.hidden = !this.whole && row.group !== group;
    });
    this.root.querySelectorAll(".x-sec").forEach((title) => { title.hidden = !this.whole; });
    if (!this.whole) this.root.parentElement.scrollTop = 0;
    const stem = part.querySelector(".x-stem");
    if (focus) stem.focus({ preventScroll: !this.whole });
    if (this.whole && focus) part.scrollIntoView({ block: "start" });
    this.shown(this.at);
  }

  // In the whole paper the current question is the one being worked on.
  follow(target) {
    const part = target.closest && target.closest(".x-paper");
    const at = this.parts.findIndex((row) => row.part === part);
    if (at < 0 || at === this.at) return;
    this.at = at;
    this.shown(at);
  }

  lock(locked) {
    this.locked = locked;
    this.root.querySelectorAll("fieldset").forEach((fields) => { fields.disabled = locked; });
  }

  // What became of this answer, beside its question: saved, saving, local, failed; nothing when there is none.
  mark(n, state, message) {
    const found = this.parts.find((row) => row.item.n === n);
    if (!found) return;
    const wanted = state === "saved" && !isAnswered(this.answers.get(n)) && !this.flags.has(n) ? "" : state;
    const slot = found.part.querySelector(".x-item-state");
    if (slot.dataset.state === wanted + (message || "")) return;
    slot.dataset.state = wanted + (message || "");
    slot.textContent = "";
    const looks = {
      saved: ["x-quiet", "check", t("item_saved")], saving: ["x-quiet", "refresh", t("save_saving")],
      local: ["tag tag-short", "wifi-off", t("item_local")], failed: ["tag tag-overdue", "alert-circle", message || t("item_failed")],
    }[wanted];
    if (looks) slot.append(el("span", { class: looks[0] }, icon(looks[1], 14), looks[2]));
  }
}
