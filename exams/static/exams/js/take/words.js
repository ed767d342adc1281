// The page's sentences stand in a <template>, so that they are translated with everything else.
const words = new Map();

export function read(template) {
  template.content.querySelectorAll("[data-t]").forEach((line) => words.set(line.dataset.t, line.textContent.trim()));
}

export function t(name, values) {
  return (words.has(name) ? words.get(name) : name).replace(/\{(\w+)\}/g, (all, key) => (values && key in values ? values[key] : all));
}

export function clockTime(iso) {
  const day = new Date(iso);
  return day.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
}

// 48:36, or 1:12:05.
export function span(seconds) {
  const s = Math.max(0, Math.ceil(seconds));
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(s / 3600);
  const rest = two(Math.floor((s % 3600) / 60)) + ":" + two(s % 60);
  return hours ? hours + ":" + rest : rest;
}

export function spanWords(seconds) {
  const s = Math.max(0, Math.ceil(seconds));
  return s >= 60 ? t("min_sec", { m: Math.floor(s / 60), s: s % 60 }) : t("sec", { s });
}
