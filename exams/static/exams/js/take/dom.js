// Small helpers to build elements. No markup from strings: what a question says is text, never HTML.
export function el(tag, attributes, ...children) {
  const made = document.createElement(tag);
  Object.keys(attributes || {}).forEach((name) => {
    const value = attributes[name];
    if (value === true) made.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, value);
  });
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

// Inside the page once the sprite has been brought (icons.js), else in the sprite's own file.
function address(name) {
  const { icons, sprite } = document.getElementById("take").dataset;
  return icons ? icons + name : sprite + "#" + name;
}

export function icon(name, size) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "ico");
  svg.setAttribute("width", size || 16);
  svg.setAttribute("height", size || 16);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", address(name));
  svg.append(use);
  return svg;
}

export function one(selector, root) {
  return (root || document).querySelector(selector);
}

// Text set only when it differs: a live region must not read the same sentence twice.
export function say(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
