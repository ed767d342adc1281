// The wait before an exam: counts down from the server's word, enters by itself; and a look at this device.
import { openStore } from "./take/store.js";

const NARROW = 360;
// Entering all at once helps nobody: each page waits up to this long more.
const SPREAD = 6000;

function two(n) {
  return String(n).padStart(2, "0");
}

function face(seconds) {
  const s = Math.max(0, Math.ceil(seconds));
  const days = Math.floor(s / 86400);
  const rest = two(Math.floor((s % 86400) / 3600)) + ":" + two(Math.floor((s % 3600) / 60)) + ":" + two(s % 60);
  return days ? days + "d " + rest : rest;
}

function wait(box) {
  const until = performance.now() + Number(box.dataset.wait) * 1000;
  const line = box.querySelector("[data-wait-face]");
  const clock = setInterval(() => {
    const left = (until - performance.now()) / 1000;
    line.textContent = face(left);
    if (left > 0) return;
    clearInterval(clock);
    setTimeout(begin, Math.random() * SPREAD);
  }, 250);
  // A machine that slept counts wrongly: ask again.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && until - performance.now() > 60000) location.reload();
  });
}

// One paper and nothing left to fill in: go. Otherwise the button may be pressed now.
function begin() {
  const forms = document.querySelectorAll("[data-wait-form]");
  forms.forEach((form) => { form.querySelector("button").disabled = false; });
  if (forms.length === 1 && forms[0].checkValidity()) forms[0].requestSubmit ? forms[0].requestSubmit() : forms[0].submit();
}

function tell(list, name, good, values) {
  const line = list.querySelector('[data-check="' + name + '"]');
  line.className = good ? "x-good" : "x-bad";
  line.textContent = (good ? line.dataset.good : line.dataset.bad).replace("{ms}", values);
}

async function check(list) {
  tell(list, "script", true);
  tell(list, "screen", Math.min(window.innerWidth, screen.width || window.innerWidth) >= NARROW);
  const store = await openStore();
  tell(list, "store", store.durable);
  const began = performance.now();
  try {
    const answer = await fetch(list.dataset.ping, { cache: "no-store" });
    tell(list, "net", answer.ok, Math.round(performance.now() - began));
  } catch (none) {
    tell(list, "net", false);
  }
}

const waiting = document.querySelector("[data-wait]");
if (waiting) wait(waiting);
check(document.querySelector("[data-checks]"));
