// The phone's camera looks for the hall's code where the browser can read codes; elsewhere the page says what to do.
const box = document.querySelector("[data-scan]");
const view = box.querySelector("[data-view]");
const say = box.querySelector("[data-say]");
const start = box.querySelector("[data-start]");
const EVERY = 250;
let timer = 0;

async function able() {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return false;
  try {
    return (await window.BarcodeDetector.getSupportedFormats()).includes("qr_code");
  } catch {
    return false;
  }
}

function stop() {
  window.clearInterval(timer);
  if (view.srcObject) view.srcObject.getTracks().forEach((track) => track.stop());
  view.srcObject = null;
  view.hidden = true;
}

// Only our own codes are followed, whatever stands in a picture.
function path(text) {
  try {
    const address = new URL(text);
    return address.origin === window.location.origin && address.pathname.startsWith(box.dataset.scan) ? address.pathname : "";
  } catch {
    return "";
  }
}

async function open() {
  start.hidden = true;
  try {
    view.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  } catch {
    say.textContent = box.dataset.denied;
    start.hidden = false;
    return;
  }
  view.hidden = false;
  await view.play();
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  timer = window.setInterval(async () => {
    let codes = [];
    try {
      codes = await detector.detect(view);
    } catch {
      return; // No picture yet.
    }
    const found = codes.map((code) => path(code.rawValue)).find(Boolean);
    if (found) {
      stop();
      say.textContent = box.dataset.busy;
      window.location.assign(found);
    } else if (codes.length) {
      say.textContent = box.dataset.foreign;
    }
  }, EVERY);
}

if (await able()) {
  start.hidden = false;
  start.addEventListener("click", open);
}
window.addEventListener("pagehide", stop);
