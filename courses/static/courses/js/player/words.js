// The player's sentences stand in a <template>, so that they are translated with everything else.
const words = new Map();

export function read(template) {
  template.content.querySelectorAll("[data-t]").forEach((line) => words.set(line.dataset.t, line.textContent.trim()));
}

export function t(name, values) {
  const text = words.has(name) ? words.get(name) : name;
  return text.replace(/\{(\w+)\}/g, (all, key) => (values && key in values ? values[key] : all));
}

// 12:30, or 1:02:05.
export function clock(seconds) {
  const s = Math.max(0, Math.floor(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor((s % 3600) / 60);
  return hours ? hours + ":" + two(minutes) + ":" + two(s % 60) : minutes + ":" + two(s % 60);
}

// Text set only when it differs: a live region must not read the same sentence twice.
export function say(node, text, tone) {
  if (node.textContent !== text) node.textContent = text;
  node.dataset.tone = tone || "";
}
