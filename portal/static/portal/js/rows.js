// J and K walk the rows of a long table, Enter opens the row's act. Off while typing or composing.
(function () {
  "use strict";
  document.addEventListener("keydown", function (event) {
    var target = event.target;
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.closest && target.closest("input, textarea, select, dialog, [contenteditable]")) return;
    var table = document.querySelector("[data-row-keys]");
    if (!table) return;
    var rows = Array.prototype.slice.call(table.querySelectorAll("[data-row]"));
    var at = rows.indexOf(target.closest ? target.closest("[data-row]") : null);
    var key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      event.preventDefault();
      var to = Math.max(0, Math.min(rows.length - 1, at + (key === "j" ? 1 : -1)));
      if (rows[to]) rows[to].focus();
    } else if (event.key === "Enter" && at >= 0 && target === rows[at]) {
      var act = rows[at].querySelector("[data-row-open]");
      if (act) act.click();
    }
  });
})();
