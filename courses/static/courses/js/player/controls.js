// Buttons, slider and keys of the player. They ask the film; the film decides what may be done.
import { clock, t } from "./words.js";

const STEP = 5;

export class Controls {
  constructor(root, film) {
    this.film = film;
    this.root = root;
    const one = (name) => root.querySelector("[data-" + name + "]");
    this.bar = one("controls");
    this.toggle = one("toggle");
    this.big = one("big");
    this.now = one("now");
    this.slider = one("seek");
    this.speed = one("speed");
    this.mute = one("mute");
    this.captions = one("captions");
    this.full = one("full");
    one("length").textContent = clock(film.config.seconds);
    this.bar.hidden = false;
    this.big.hidden = false;
    this._listen();
  }

  _listen() {
    const film = this.film;
    this.toggle.addEventListener("click", () => film.toggle());
    this.big.addEventListener("click", () => {
      film.toggle();
      this.toggle.focus();
    });
    this.slider.addEventListener("input", () => film.seek(Number(this.slider.value)));
    this.speed.addEventListener("change", () => film.rate(Number(this.speed.value)));
    this.mute.addEventListener("click", () => this._mute());
    if (this.captions) this.captions.addEventListener("click", () => this._captions());
    if (this.full) this.full.addEventListener("click", () => this._full());
    document.addEventListener("fullscreenchange", () => {
      if (this.full) this.full.setAttribute("aria-pressed", String(Boolean(document.fullscreenElement)));
    });
    this.root.querySelectorAll("[data-at]").forEach((place) => (place.textContent = clock(Number(place.dataset.at))));
    this.root.querySelectorAll("[data-mark]").forEach((mark) => mark.addEventListener("click", () => film.seek(Number(mark.dataset.mark))));
    film.media.addEventListener("click", () => film.toggle());
    this.root.querySelector("[data-film]").addEventListener("keydown", (event) => this._key(event));
  }

  _key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const onSlider = event.target === this.slider;
    const onButton = event.target.tagName === "BUTTON";
    if (event.target === this.speed && event.key !== "Escape") return;
    const film = this.film;
    const acts = {
      k: () => film.toggle(),
      ArrowLeft: () => film.seek(film.media.currentTime - STEP),
      ArrowRight: () => film.seek(film.media.currentTime + STEP),
      ArrowUp: () => this._volume(0.1),
      ArrowDown: () => this._volume(-0.1),
      m: () => this._mute(),
      c: () => this.captions && this._captions(),
      f: () => this.full && this._full(),
    };
    // Space presses a button that has the focus; everywhere else it plays.
    if (!onButton) acts[" "] = () => film.toggle();
    if (onSlider) {
      acts.Home = () => film.seek(0);
      acts.End = () => film.seek(film.config.seconds);
    }
    const act = acts[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  _mute() {
    const muted = !this.film.media.muted;
    this.film.media.muted = muted;
    this.mute.setAttribute("aria-pressed", String(muted));
    this._icon(this.mute, muted ? "volume-off" : "volume");
  }

  _volume(change) {
    const media = this.film.media;
    media.volume = Math.min(1, Math.max(0, Math.round((media.volume + change) * 10) / 10));
  }

  _captions() {
    const track = this.film.media.textTracks[0];
    if (!track) return;
    const show = track.mode !== "showing";
    track.mode = show ? "showing" : "hidden";
    this.captions.setAttribute("aria-pressed", String(show));
  }

  _full() {
    const box = this.root.querySelector("[data-film]");
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    else if (box.requestFullscreen) box.requestFullscreen().catch(() => {});
    else if (this.film.media.webkitEnterFullscreen) this.film.media.webkitEnterFullscreen();
  }

  // As the film stands.
  show(playing) {
    const word = t(playing ? "pause" : "play");
    if (this.toggle.getAttribute("aria-label") !== word) {
      this.toggle.setAttribute("aria-label", word);
      this._icon(this.toggle, playing ? "player-pause" : "player-play");
    }
    this.big.hidden = playing;
  }

  _icon(button, name) {
    const use = button.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").split("#")[0] + "#" + name);
  }

  stand(second) {
    this.now.textContent = clock(second);
    this.slider.value = Math.floor(second);
    this.slider.setAttribute("aria-valuetext", clock(second));
    const marks = Array.from(this.root.querySelectorAll("[data-mark]"));
    const current = marks.filter((mark) => Number(mark.dataset.mark) <= second).pop();
    marks.forEach((mark) => mark.setAttribute("aria-current", String(mark === current)));
  }

  fast(allowed) {
    Array.from(this.speed.options).forEach((option) => (option.disabled = !allowed && Number(option.value) > 1));
    if (!allowed && Number(this.speed.value) > 1) this.speed.value = "1";
  }
}
