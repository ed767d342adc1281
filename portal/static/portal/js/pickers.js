// Menus and the unit tree: outside click and Esc close them; arrows move in the tree, letters filter it.
// A row of sections that scrolls on a phone starts where the current one is seen.
(function () {
  "use strict";
  function openOnes() {
    return document.querySelectorAll("details[data-menu][open], details[data-picker][open]");
  }

  document.addEventListener("click", function (event) {
    openOnes().forEach(function (details) {
      if (!details.contains(event.target)) details.open = false;
    });
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    openOnes().forEach(function (details) {
      details.open = false;
      details.querySelector("summary").focus();
    });
  });

  document.querySelectorAll("details[data-picker]").forEach(function (picker) {
    var box = picker.querySelector("[data-picker-q]");
    var none = picker.querySelector("[data-picker-none]");
    var nodes = Array.prototype.slice.call(picker.querySelectorAll("[data-picker-node]"));
    box.closest("label").hidden = false;

    function shown() {
      return nodes.filter(function (node) { return !node.parentElement.hidden; });
    }

    picker.addEventListener("toggle", function () {
      if (!picker.open) return;
      box.focus();
      var current = picker.querySelector("[aria-current]");
      if (current) current.scrollIntoView({ block: "nearest" });
    });

    box.addEventListener("input", function () {
      var wanted = box.value.trim().toLowerCase();
      nodes.forEach(function (node) {
        node.parentElement.hidden = wanted !== "" && node.textContent.toLowerCase().indexOf(wanted) < 0;
      });
      none.hidden = shown().length > 0;
    });

    picker.addEventListener("keydown", function (event) {
      var list = shown();
      var at = list.indexOf(document.activeElement);
      if (event.key === "ArrowDown") move(list, at + 1, event);
      else if (event.key === "ArrowUp") {
        if (at === 0) { box.focus(); event.preventDefault(); } else if (at > 0) move(list, at - 1, event);
      } else if (event.key === "Home" && at >= 0) move(list, 0, event);
      else if (event.key === "End" && at >= 0) move(list, list.length - 1, event);
      else if (event.key === "Enter" && document.activeElement === box && list.length) {
        event.preventDefault();
        list[0].click();
      } else if (at >= 0 && !event.ctrlKey && !event.metaKey && !event.altKey && (event.key.length === 1 || event.key === "Process")) {
        // Type-ahead is the filter box: it takes the keys before they arrive, so an input method works too.
        box.focus();
      }
    });

    function move(list, to, event) {
      event.preventDefault();
      if (list.length) list[Math.max(0, Math.min(to, list.length - 1))].focus();
    }
  });

  document.querySelectorAll(".sections").forEach(function (row) {
    var current = row.querySelector("[aria-current]");
    if (!current || row.scrollWidth <= row.clientWidth) return;
    row.scrollLeft += current.getBoundingClientRect().left - row.getBoundingClientRect().left - 24;
  });
})();
