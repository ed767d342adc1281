// After handing in nothing of the paper stays on this machine, unless something was never sent: then it says so.
import { openStore } from "./store.js";

async function start() {
  const root = document.getElementById("done");
  const owner = root.dataset.owner;
  const store = await openStore();
  const left = new Set((await store.all(owner)).map((entry) => entry.n)).size;
  if (!left) {
    await store.clear((other) => other === owner);
    return;
  }
  const line = root.querySelector("[data-left]");
  const text = line.querySelector("span");
  text.textContent = text.textContent.replace("{n}", left);
  line.hidden = false;
}

start().catch(() => {});
