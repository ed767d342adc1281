// The learner's own notes at seconds of the film: write, go there, change, delete.
import { post } from "./net.js";
import { clock, t } from "./words.js";

function button(word, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn btn-quiet btn-sm";
  made.textContent = word;
  made.addEventListener("click", act);
  return made;
}

export class Notes {
  constructor(root, film) {
    this.box = root.querySelector("[data-notes]");
    if (!this.box) return;
    this.film = film;
    this.url = film.config.notesUrl;
    this.list = this.box.querySelector("[data-note-list]");
    this.none = this.box.querySelector("[data-note-none]");
    this.text = this.box.querySelector("[data-note-text]");
    this.error = this.box.querySelector("[data-note-error]");
    this.at = this.box.querySelector("[data-note-at]");
    Array.from(this.list.children).forEach((line) => {
      const { note, second, url } = line.dataset;
      this._draw(line, { id: note, second: Number(second), text: line.textContent, url, deleteUrl: line.dataset.delete });
    });
    this.box.hidden = false;
    this.box.querySelector("[data-note-form]").addEventListener("submit", (event) => {
      event.preventDefault();
      this._add();
    });
    film.media.addEventListener("timeupdate", () => this._place());
    this._place();
  }

  _place() {
    this.second = Math.floor(this.film.media.currentTime || 0);
    const words = t("note_at", { at: clock(this.second) });
    if (this.at.textContent !== words) this.at.textContent = words;
  }

  async _send(url, body) {
    const answer = await post(url, body);
    this.error.hidden = answer.kind === "ok";
    this.error.textContent = answer.kind === "ok" ? "" : answer.data.message || t("note_lost");
    return answer.kind === "ok" ? answer.data : null;
  }

  async _add() {
    const made = await this._send(this.url, { second: this.second, text: this.text.value });
    if (!made) return;
    this.text.value = "";
    if (this.list.querySelector('[data-note="' + made.id + '"]')) return;
    const line = document.createElement("li");
    this._draw(line, made);
    const later = Array.from(this.list.children).find((other) => Number(other.dataset.second) > made.second);
    this.list.insertBefore(line, later || null);
    this.none.hidden = true;
  }

  _draw(line, note) {
    line.dataset.note = note.id;
    line.dataset.second = note.second;
    const go = button(clock(note.second), () => this.film.seek(note.second));
    go.classList.add("num");
    go.setAttribute("aria-label", t("note_go", { at: clock(note.second) }));
    const text = document.createElement("p");
    text.className = "l-note-t";
    text.textContent = note.text;
    const change = button(t("note_edit"), () => this._edit(line, note));
    const remove = button(t("note_delete"), async () => {
      if (!(await this._send(note.deleteUrl, {}))) return;
      line.remove();
      this.none.hidden = this.list.children.length > 0;
      this.text.focus();
    });
    line.replaceChildren(go, text, change, remove);
  }

  _edit(line, note) {
    const field = document.createElement("textarea");
    field.maxLength = 1000;
    field.value = note.text;
    field.setAttribute("aria-label", t("note_text"));
    const keep = button(t("note_save"), async () => {
      const changed = await this._send(note.url, { text: field.value });
      if (changed) this._draw(line, changed);
    });
    const leave = button(t("note_cancel"), () => this._draw(line, note));
    line.replaceChildren(field, keep, leave);
    field.focus();
  }
}
