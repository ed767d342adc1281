// Filters send themselves; the error summary takes the focus; filter sheets start closed on phones.
(function () {
  "use strict";
  document.addEventListener("change", function (event) {
    var form = event.target.form;
    if (!form || !form.hasAttribute("data-autosubmit")) return;
    var kind = event.target.type;
    // A date typed by keyboard fires a change per part: it is sent on Enter or on leaving the field.
    if (kind === "date") {
      event.target.dataset.changed = "1";
      return;
    }
    if (kind === "select-one" || kind === "checkbox" || kind === "radio") send(form);
  });

  document.addEventListener("focusout", function (event) {
    var field = event.target;
    if (field.type !== "date" || !field.dataset.changed || !field.form || !field.form.hasAttribute("data-autosubmit")) return;
    if (field.value && field.checkValidity()) send(field.form);
  });

  function send(form) {
    if (form.requestSubmit) form.requestSubmit();
    else form.submit();
  }

  // Empty parameters only make addresses longer.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "get") return;
    Array.prototype.forEach.call(form.elements, function (field) {
      if (field.name && field.type !== "checkbox" && field.type !== "radio" && !field.value) field.disabled = true;
    });
    window.setTimeout(function () {
      Array.prototype.forEach.call(form.elements, function (field) { field.disabled = false; });
    }, 0);
  });

  var first = document.querySelector("[data-focus]");
  if (first) first.focus();

  if (window.matchMedia("(max-width: 720px)").matches) {
    document.querySelectorAll("[data-filter-sheet]").forEach(function (sheet) { sheet.open = false; });
  }
})();
