// What a page kept on this machine for its user (IndexedDB "portal-private") goes when that user signs out.
(function () {
  "use strict";
  document.addEventListener("submit", function (event) {
    var action = event.target.getAttribute("action") || "";
    if (/\/sign-out\/$/.test(action) && window.indexedDB) window.indexedDB.deleteDatabase("portal-private");
  });
})();
