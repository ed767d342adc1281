// 答题卡: every question a button in a grid; number, word and form tell its state, never the colour alone.
import { el, say } from "./dom.js";
import { isAnswered } from "./paper.js";
import { t } from "./words.js";

export class Sheet {
  constructor(root, paper, go) {
    Object.assign(this, { root, paper, go });
    this.body = root.querySelector("[data-sheet-grid]");
    this.handle = root.querySelector("[data-sheet-handle]");
    this.cells = [];
    this.build();
    this.handle.addEventListener("click", () => this.open(!this.isOpen));
    this.body.addEventListener("keydown", (event) => this.arrows(event));
  }

  build() {
    const { items, sections } = this.paper;
    sections.forEach((section, index) => {
      const mine = items.map((item, at) => ({ item, at })).filter((row) => row.item.s === index);
      if (!mine.length) return;
      const alike = mine.every((row) => row.item.marks === mine[0].item.marks);
      const range = t(alike ? "range_marks" : "range", { from: mine[0].at + 1, to: mine[mine.length - 1].at + 1, marks: mine[0].item.marks });
      const grid = el("ol", { class: "x-qs" });
      mine.forEach(({ at }) => {
        const cell = el("button", { type: "button", class: "x-q", tabindex: at ? "-1" : "0" }, el("span", null, String(at + 1)), el("small", null, ""));
        cell.addEventListener("click", () => {
          this.open(false);
          this.go(at);
        });
        this.cells[at] = cell;
        grid.append(el("li", null, cell));
      });
      this.body.append(el("h3", { class: "x-grp" }, el("span", null, section.title), el("span", { class: "x-grp-n" }, range)), grid);
    });
  }

  // `states`: (n) → saved|saving|local|failed
  draw(states) {
    const { items, answers, flags, at: here } = this.paper;
    let answered = 0;
    items.forEach((item, at) => {
      const cell = this.cells[at];
      const has = isAnswered(answers.get(item.n));
      const flagged = flags.has(item.n);
      const waits = ["local", "failed"].indexOf(states(item.n)) >= 0;
      const current = at === here;
      answered += has ? 1 : 0;
      cell.classList.toggle("x-ans", has);
      cell.classList.toggle("x-flag", flagged);
      cell.classList.toggle("x-wait", waits);
      cell.classList.toggle("x-cur", current);
      if (current) cell.setAttribute("aria-current", "true");
      else cell.removeAttribute("aria-current");
      if (this.body.contains(document.activeElement) === false) cell.tabIndex = current ? 0 : -1;
      say(cell.lastChild, current ? t("cell_current") : waits ? t("cell_wait") : flagged ? t("cell_flag") : has ? t("cell_answered") : t("cell_empty"));
      const words = [t("question_n", { n: at + 1 }), has ? t("cell_answered") : t("cell_empty")];
      if (flagged) words.push(t("flagged"));
      if (waits) words.push(t("cell_waiting"));
      if (current) words.push(t("cell_current"));
      cell.setAttribute("aria-label", words.join(t("comma")));
    });
    const total = { answered, empty: items.length - answered, flagged: flags.size };
    this.root.querySelectorAll("[data-sheet-count]").forEach((line) => say(line, t("sheet_count", total)));
    return total;
  }

  get isOpen() {
    return this.root.classList.contains("x-open");
  }

  open(open) {
    this.root.classList.toggle("x-open", open);
    this.handle.setAttribute("aria-expanded", open ? "true" : "false");
    say(this.handle.querySelector("[data-sheet-word]"), open ? t("fold") : t("unfold"));
  }

  enter() {
    this.open(true);
    const cell = this.cells[this.paper.at];
    if (cell) cell.focus();
  }

  arrows(event) {
    const at = this.cells.indexOf(document.activeElement);
    if (at < 0) return;
    const top = (cell) => Math.round(cell.getBoundingClientRect().top);
    const row = () => {
      // Columns as they stand on the screen: sections may end with a short row.
      const dir = event.key === "ArrowDown" ? 1 : -1;
      const x = this.cells[at].getBoundingClientRect().left;
      const rest = dir > 0 ? this.cells.slice(at + 1) : this.cells.slice(0, at).reverse();
      const next = rest.find((cell) => top(cell) !== top(this.cells[at]));
      if (!next) return at;
      const line = rest.filter((cell) => top(cell) === top(next));
      line.sort((a, b) => Math.abs(a.getBoundingClientRect().left - x) - Math.abs(b.getBoundingClientRect().left - x));
      return this.cells.indexOf(line[0]);
    };
    const to = { ArrowRight: () => at + 1, ArrowLeft: () => at - 1, ArrowDown: row, ArrowUp: row, Home: () => 0, End: () => this.cells.length - 1 }[event.key];
    if (!to) return;
    event.preventDefault();
    const next = this.cells[Math.max(0, Math.min(to(), this.cells.length - 1))];
    this.cells[at].tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}
