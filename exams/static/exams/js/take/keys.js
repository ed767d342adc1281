// Letter keys: only while the focus is inside the question, never in a text field, never while composing; switchable.
export class Keys {
  constructor(region, acts) {
    this.on = true;
    this.acts = acts;
    region.addEventListener("keydown", (event) => this.inside(event));
  }

  inside(event) {
    if (!this.on || event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target.closest("input, textarea, select, [contenteditable]");
    if (field && field.type !== "radio" && field.type !== "checkbox") return;
    if (event.target.closest("dialog")) return;
    const act = this.act(event.key);
    if (!act) return;
    event.preventDefault();
    act();
  }

  act(key) {
    const { pick, next, back, flag, sheet } = this.acts;
    if (/^[1-9]$/.test(key)) return () => pick(Number(key) - 1);
    return { n: next, p: back, f: flag, s: sheet }[key.toLowerCase()];
  }
}
