// 全选本页: ticks all boxes of the form that may be ticked. Without script it is not there, and each is ticked by itself.
(function () {
  "use strict";
  document.querySelectorAll("[data-tick-all]").forEach(function (all) {
    var boxes = Array.prototype.slice.call(all.form.querySelectorAll('input[type="checkbox"][name="pk"]:not(:disabled)'));
    function count() {
      var ticked = boxes.filter(function (box) { return box.checked; }).length;
      all.checked = ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
    if (boxes.length < 2) return;
    all.closest("[hidden]").hidden = false;
    all.addEventListener("change", function () {
      boxes.forEach(function (box) { box.checked = all.checked; });
    });
    boxes.forEach(function (box) { box.addEventListener("change", count); });
    count();
  });
})();
