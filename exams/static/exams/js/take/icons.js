// The sprite's symbols inside the page: an icon that is first needed without a network is there all the same.
export async function bringIcons(root) {
  try {
    const answer = await fetch(root.dataset.sprite);
    if (!answer.ok) return;
    const sprite = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
    const kept = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    kept.setAttribute("class", "visually-hidden");
    kept.setAttribute("aria-hidden", "true");
    sprite.querySelectorAll("symbol").forEach((symbol) => {
      symbol.id = "ico-" + symbol.id;
      kept.append(document.importNode(symbol, true));
    });
    root.append(kept);
    root.dataset.icons = "#ico-";
    document.querySelectorAll("svg.ico use").forEach((use) => use.setAttribute("href", root.dataset.icons + use.getAttribute("href").split("#")[1]));
  } catch (error) {
    // Without it icons come from the sprite's own file, as on every other page.
  }
}
