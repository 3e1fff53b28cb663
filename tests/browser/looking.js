// What is wrong with a page, as somebody in front of it would find. Called with what has to be clickable.
(keys) => {
  const width = document.documentElement.clientWidth;
  const name = (e) => `${e.tagName.toLowerCase()}${e.id ? `#${e.id}` : ""}.${[...e.classList].join(".")}`;
  // Clipped by an ancestor that itself stays inside the window, or that scrolls by itself.
  const clipped = (e) => {
    for (let up = e.parentElement; up && up !== document.body; up = up.parentElement) {
      const style = getComputedStyle(up);
      if (style.overflowX !== "visible" || style.contain.includes("paint")) {
        const box = up.getBoundingClientRect();
        if (box.left >= -1 && box.right <= width + 1) return true;
      }
    }
    return false;
  };
  const outside = [];
  for (const e of document.body.querySelectorAll("*")) {
    const box = e.getBoundingClientRect();
    if (!box.width || !box.height || (box.right <= width + 1 && box.left >= -1)) continue;
    if (!e.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || clipped(e)) continue;
    if (e.matches(".skip, .hidden, .hidden *")) continue;
    outside.push(`${name(e)} ${Math.round(box.left)}–${Math.round(box.right)}`);
    if (outside.length > 4) break;
  }
  const lost = [];
  for (const key of keys) {
    const e = document.querySelector(key);
    if (!e) { lost.push(`${key} is not there`); continue; }
    (e.closest(".row") ?? e).scrollIntoView({ block: "center", inline: "nearest" });
    const box = e.getBoundingClientRect();
    const at = document.elementFromPoint(box.left + Math.min(box.width / 2, 40), box.top + Math.min(box.height / 2, 12));
    if (box.width < 8 || box.height < 8) lost.push(`${key} is ${box.width} × ${box.height}`);
    else if (!at || !(e.contains(at) || at.contains(e))) lost.push(`${key} lies under ${at ? name(at) : "nothing"}`);
  }
  window.scrollTo(0, 0);
  return {
    wide: document.documentElement.scrollWidth - width,
    outside,
    lost,
    ran: window.hit ?? null,
    forms: [...document.forms].filter((f) => new URL(f.action).origin !== location.origin).map((f) => f.action),
    frames: [...document.querySelectorAll("iframe, object, embed, base, meta[http-equiv]")]
      .filter((e) => !e.matches("iframe.digest, base[target=_top]:not([href])")).map(name),
  };
}
