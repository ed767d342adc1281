import { Film } from "./film.js";
import { Notes } from "./notes.js";
import { Reader } from "./reader.js";
import { read } from "./words.js";

document.querySelectorAll("[data-player]").forEach((root) => {
  read(root.querySelector("[data-player-words]"));
  const config = JSON.parse(root.querySelector("script[type='application/json']").textContent);
  if (config.kind === "reading") {
    new Reader(root, config);
  } else {
    const film = new Film(root, config);
    new Notes(root, film);
  }
  root.dataset.ready = "1";
});
