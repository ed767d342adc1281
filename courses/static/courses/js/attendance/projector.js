// The hall's screen: asks for the next code when this one's ten seconds are over, and hides a code that is no longer good.
const box = document.querySelector("[data-projector]");
const part = (name) => box.querySelector(`[data-${name}]`);
const image = part("code");
const message = part("message");
const tick = part("tick");
const lost = document.querySelector("[data-lost]");
const STEP = Number(box.dataset.step) * 1000;
// A code is good for twice its time; after that nobody should try it.
const GOOD = 2 * STEP;
let due = performance.now() + Number(box.dataset.left) * 1000;
let heard = performance.now();
let asking = false;

function show(code) {
  message.textContent = code.message;
  message.hidden = !code.message;
  image.hidden = !code.image;
  if (code.image) image.src = code.image;
  part("came").textContent = code.came;
  part("expected").textContent = code.expected;
  part("out").textContent = code.out;
  part("window").textContent = code.window;
}

async function ask() {
  asking = true;
  try {
    const answer = await fetch(box.dataset.projector, { headers: { Accept: "application/json" }, cache: "no-store" });
    // Signed out meanwhile: the page itself leads to signing in.
    if (answer.redirected) return window.location.reload();
    if (!answer.ok) throw new Error(String(answer.status));
    const code = await answer.json();
    // From signing in to signing out the words of the page change too.
    if (code.direction !== box.dataset.direction) return window.location.reload();
    show(code);
    heard = performance.now();
    due = heard + code.left * 1000;
  } catch {
    due = performance.now() + 2000;
  } finally {
    asking = false;
  }
  return undefined;
}

function look() {
  const now = performance.now();
  tick.setAttribute("width", String(Math.max(0, Math.min(100, ((due - now) / STEP) * 100))));
  const gone = now - heard;
  const silent = gone > GOOD;
  lost.hidden = !silent;
  if (silent) {
    image.hidden = true;
    lost.lastElementChild.textContent = lost.dataset.text.replace("{n}", Math.round(gone / 1000));
  }
  if (now >= due && !asking) ask();
}

window.setInterval(look, 250);
document.addEventListener("visibilitychange", () => { if (!document.hidden) due = 0; });
