// Confirm dialogs: the trigger is a link to the same question as a page; with script it opens here instead.
(function () {
  "use strict";
  document.documentElement.classList.add("js");
  var opener = null;

  document.addEventListener("click", function (event) {
    var trigger = event.target.closest("[data-dialog]");
    if (trigger) {
      var dialog = document.getElementById(trigger.getAttribute("data-dialog"));
      if (dialog && dialog.showModal && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        opener = trigger;
        dialog.showModal();
        var cancel = dialog.querySelector("[data-dialog-close]");
        if (cancel) cancel.focus();
      }
      return;
    }
    var close = event.target.closest("[data-dialog-close]");
    if (close) close.closest("dialog").close();
  });

  document.addEventListener("close", function (event) {
    if (event.target.tagName === "DIALOG" && opener) {
      opener.focus();
      opener = null;
    }
  }, true);

  // A form that does something once: the second press while sending does nothing.
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.hasAttribute("data-once")) return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "1";
    var button = form.querySelector("button[type=submit]");
    if (button) button.setAttribute("aria-disabled", "true");
  });

  // Coming back by the browser's history: the form may be sent again.
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sending]").forEach(function (form) {
      delete form.dataset.sending;
      var button = form.querySelector("button[type=submit]");
      if (button) button.removeAttribute("aria-disabled");
    });
  });
})();
