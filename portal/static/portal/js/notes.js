// Toasts go after six seconds (not while pointed at or focused); a revealed number is masked again after its time.
(function () {
  "use strict";
  function toast(line) {
    var left = 6000;
    var since = Date.now();
    var clock = 0;
    var close = line.querySelector("[data-toast-close]");
    close.hidden = false;
    function gone() {
      line.classList.add("is-gone");
      window.setTimeout(function () { line.remove(); }, 200);
    }
    function run() { since = Date.now(); clock = window.setTimeout(gone, left); }
    function pause() { window.clearTimeout(clock); left = Math.max(1500, left - (Date.now() - since)); }
    close.addEventListener("click", gone);
    line.addEventListener("mouseenter", pause);
    line.addEventListener("mouseleave", run);
    line.addEventListener("focusin", pause);
    line.addEventListener("focusout", run);
    run();
  }

  function remask(part) {
    window.setTimeout(function () {
      var masked = document.createElement("span");
      masked.className = "masked num nowrap";
      masked.textContent = part.getAttribute("data-masked-value");
      part.replaceWith(masked);
    }, Number(part.getAttribute("data-remask")) * 1000);
  }

  function start(root) {
    var parts = [root].concat(Array.prototype.slice.call(root.querySelectorAll("[data-remask], [data-toast]")));
    parts.forEach(function (part) {
      if (part.started || !part.matches) return;
      if (part.matches("[data-remask]")) { part.started = true; remask(part); }
      if (part.matches("[data-toast]")) { part.started = true; toast(part); }
    });
  }

  start(document.body);
  document.addEventListener("htmx:load", function (event) { start(event.detail.elt); });

  // A part of the page that could not be fetched says so, until a fetch succeeds again.
  var line = null;
  function say(text) {
    if (!line) {
      line = document.createElement("div");
      line.className = "callout short";
      line.setAttribute("role", "alert");
      line.appendChild(document.createElement("p"));
      document.getElementById("main").prepend(line);
    }
    line.firstChild.textContent = text;
  }
  document.addEventListener("htmx:sendError", function () { say(document.body.dataset.offline); });
  document.addEventListener("htmx:responseError", function () { say(document.body.dataset.failed); });
  document.addEventListener("htmx:afterSwap", function () {
    if (line) line.remove();
    line = null;
  });

  // A whole page where a part was asked for: the session has ended. The sign-in page comes instead and leads back here.
  document.addEventListener("htmx:beforeSwap", function (event) {
    if (/^\s*<!doctype html/i.test(event.detail.xhr.responseText)) {
      event.detail.shouldSwap = false;
      window.location.reload();
    }
  });

  // Leaving the page with a number open: it must not come back from the browser's page cache.
  window.addEventListener("pagehide", function () {
    document.querySelectorAll("[data-remask]").forEach(function (part) {
      part.textContent = part.getAttribute("data-masked-value");
    });
  });

  document.querySelectorAll("[data-print]").forEach(function (button) {
    button.hidden = false;
    button.addEventListener("click", function () { window.print(); });
  });
})();
