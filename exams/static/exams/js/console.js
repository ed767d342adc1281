// Keeps the console honest: says how long the server has not been heard, and counts who is picked.
(function () {
  "use strict";
  var SILENT = 12000;
  var stale = document.querySelector("[data-stale]");
  var live = document.querySelector("[data-live]");
  var heard = performance.now();

  function look() {
    var gone = performance.now() - heard;
    var late = live && gone > SILENT;
    stale.hidden = !late;
    if (late) stale.lastElementChild.textContent = stale.dataset.text.replace("{n}", Math.round(gone / 1000));
  }

  if (live) {
    window.setInterval(look, 1000);
    live.addEventListener("htmx:afterRequest", function (event) {
      if (event.detail.successful) heard = performance.now();
      look();
    });
    // One banner is enough: the page's general note on failed parts is not for this one.
    ["htmx:sendError", "htmx:responseError", "htmx:timeout"].forEach(function (name) {
      live.addEventListener(name, function (event) { event.stopPropagation(); });
    });
  }

  var picks = Array.prototype.slice.call(document.querySelectorAll("[data-pick]"));
  var all = document.querySelector("[data-pick-all]");
  var line = document.querySelector("[data-picked]");

  function count() {
    var n = picks.filter(function (box) { return box.checked; }).length;
    line.textContent = n ? line.dataset.text.replace("{n}", n) : "";
    all.checked = n > 0 && n === picks.length;
    all.indeterminate = n > 0 && n < picks.length;
  }

  if (all && line) {
    all.hidden = false;
    all.addEventListener("change", function () {
      picks.forEach(function (box) { box.checked = all.checked; });
      count();
    });
    document.addEventListener("change", function (event) {
      if (event.target.hasAttribute("data-pick")) count();
    });
    window.addEventListener("pageshow", count);
  }
})();
