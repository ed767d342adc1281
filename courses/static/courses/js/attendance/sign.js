// A scanned code signs by itself; without script the button does.
const form = document.querySelector("[data-sign]");
const say = document.querySelector("[data-signing]");
say.textContent = say.dataset.text;
form.requestSubmit();
