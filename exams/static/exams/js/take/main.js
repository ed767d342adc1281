import { Desk } from "./desk.js";
import { bringIcons } from "./icons.js";
import { onlyOf, openStore } from "./store.js";
import { Tabs } from "./tabs.js";
import { read } from "./words.js";

async function start() {
  const root = document.getElementById("take");
  read(document.getElementById("take-words"));
  bringIcons(root);
  const store = await openStore();
  await onlyOf(store, root.dataset.user).catch(() => {});
  const desk = new Desk(root, store);
  await new Tabs(root.dataset.attempt, () => desk.stepAside()).claim();
  await desk.begin();
}

start();
