// The line under the film: what was seen, where it stands, where chapters begin.
const SVG = "http://www.w3.org/2000/svg";

function rect(name, x, width) {
  const made = document.createElementNS(SVG, "rect");
  made.setAttribute("class", name);
  made.setAttribute("x", x);
  made.setAttribute("width", width);
  made.setAttribute("height", 8);
  return made;
}

export class Track {
  constructor(root, seconds, marks) {
    this.seconds = seconds;
    this.seen = root.querySelector("[data-track-seen]");
    this.now = root.querySelector("[data-track-now]");
    const ticks = root.querySelector("[data-track-marks]");
    marks.filter((mark) => mark.second > 0).forEach((mark) => ticks.append(rect("l-tick", this._at(mark.second), 3)));
  }

  _at(second) {
    return Math.round((Math.min(second, this.seconds) / this.seconds) * 10000) / 10;
  }

  parts(parts) {
    this.seen.replaceChildren(...parts.map(([a, b]) => rect("l-seen", this._at(a), this._at(b) - this._at(a))));
  }

  stand(second) {
    this.now.setAttribute("width", this._at(second));
  }
}
