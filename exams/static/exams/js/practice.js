// Remaining time of a mock exam. The server decides; this only tells, and goes to the result when time is up.
(() => {
  const line = document.querySelector("[data-left]");
  if (!line) return;
  const end = Date.now() + Number(line.dataset.left) * 1000;
  const number = line.textContent.match(/\d+/);
  const tick = () => {
    const left = Math.max(0, end - Date.now());
    if (!left) { location.href = line.dataset.over; return; }
    if (number) line.textContent = line.textContent.replace(/\d+/, String(Math.max(1, Math.ceil(left / 60000))));
    setTimeout(tick, Math.min(left, 15000) + 50);
  };
  tick();
})();
