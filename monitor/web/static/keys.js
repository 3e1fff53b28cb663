// Keys, the palette of commands, small dialogs. Every page works without it; with it, nothing needs a mouse.
"use strict";
(() => {
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const TYPED = "input:not([type=checkbox], [type=radio]), textarea, select";

  // --- the rows of a list ---
  const step = (by) => {
    const rows = all(".row .open");
    if (!rows.length) return false;
    const at = rows.indexOf(document.activeElement);
    const next = rows[at < 0 ? 0 : Math.min(Math.max(at + by, 0), rows.length - 1)];
    next.focus({ preventScroll: true });
    next.closest(".row").scrollIntoView({ block: "nearest" });
    return true;
  };
  const select = () => {
    const box = document.activeElement.closest(".row")?.querySelector("input[type=checkbox]:not(:disabled)");
    if (box) box.click();
    return Boolean(box);
  };

  // --- one key, one thing on the page that says so with data-key ---
  const act = (element) => {
    if (element.matches(TYPED)) {
      element.focus();
      element.scrollIntoView({ block: "nearest" });
    } else {
      element.click();
      const inner = element.matches("summary") && find("[data-focus]", element.parentElement);
      if (inner) inner.focus();
    }
  };
  const press = (key) => {
    if (key === "j" && step(1)) return true;
    if (key === "k" && step(-1)) return true;
    if (key === "x") return select();
    if (key === "o" && document.activeElement.matches(".row .open")) {
      document.activeElement.click();
      return true;
    }
    const element = all(`[data-key="${CSS.escape(key)}"]`).find((e) => e.offsetParent || e.getClientRects().length);
    if (element) act(element);
    return Boolean(element);
  };
  const sheet = () => find("dialog[open], [popover]:popover-open");
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches(TYPED);
    if (event.key === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return openPalette();
    }
    if (typing && event.key === "Escape" && !sheet()) return event.target.blur();
    if (typing && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const yes = find('[data-key="a"]');
      if (yes && event.target.form === yes.form) yes.click();
      return undefined;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || sheet()) return undefined;
    if (press(event.key)) event.preventDefault();
    return undefined;
  });

  // --- the palette: what can be done here, and wherever one may want to go ---
  const palette = find("#palette");
  const input = palette && find("input", palette);
  const options = () => all("[role=option]", palette).filter((e) => !e.hidden);
  const choose = (element) => {
    options().forEach((e) => e.setAttribute("aria-selected", String(e === element)));
    if (element) {
      element.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", element.id);
    }
  };
  const label = (element) => {
    const copy = (element.labels?.[0] || element).cloneNode(true);
    all("kbd, .hidden, svg, input, textarea", copy).forEach((e) => e.remove());
    return element.dataset.does || copy.textContent.trim() || element.getAttribute("aria-label") || "";
  };
  const offer = () => {
    const here = find("#here", palette);
    const seen = new Set();
    here.replaceChildren(...all("main [data-key], .foot [data-key]").filter((e) => e.getClientRects().length).map((e) => {
      const text = label(e);
      if (!text || seen.has(text)) return null;
      seen.add(text);
      const option = document.createElement("button");
      option.type = "button";
      option.setAttribute("role", "option");
      option.append(text, Object.assign(document.createElement("kbd"), { textContent: e.dataset.key }));
      option.addEventListener("click", () => {
        palette.close();
        act(e);
      });
      return option;
    }).filter(Boolean));
  };
  const narrow = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    all("#here [role=option]", palette).forEach((e) => {
      e.hidden = !words.every((w) => e.textContent.toLowerCase().includes(w));
    });
    options().forEach((e, number) => { e.id = `option-${number}`; });
    choose(options()[0]);
  };
  function openPalette() {
    if (!palette || palette.open) return;
    sheet()?.hidePopover?.();
    offer();
    input.value = "";
    palette.showModal();
    document.body.dispatchEvent(new CustomEvent("palette"));
    narrow();
  }
  if (palette) {
    input.addEventListener("input", narrow);
    palette.addEventListener("htmx:after:swap", narrow);
    palette.addEventListener("click", (event) => { if (event.target === palette) palette.close(); });
    palette.addEventListener("keydown", (event) => {
      const list = options();
      const at = list.findIndex((e) => e.getAttribute("aria-selected") === "true");
      if (event.key === "ArrowDown") choose(list[Math.min(at + 1, list.length - 1)]);
      else if (event.key === "ArrowUp") choose(list[Math.max(at - 1, 0)]);
      else if (event.key === "Enter" && list[at]) list[at].click();
      else return;
      event.preventDefault();
    });
  }

  // --- small things ---
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-palette]")) openPalette();
    const opener = event.target.closest("[data-open]");
    if (opener) document.getElementById(opener.dataset.open).showModal();
    const copier = event.target.closest("[data-copy]");
    if (copier) {
      navigator.clipboard.writeText(document.getElementById(copier.dataset.copy).textContent).then(
        () => { copier.textContent = "Copied"; },
        () => { copier.textContent = "Select and copy it yourself"; },
      );
    }
  });
  // A double click must not send a form twice; the server would say no, but why ask.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((f) => delete f.dataset.sent));
  const digest = find("iframe.digest");
  if (digest) {
    const fit = () => {
      const page = digest.contentDocument;
      if (!page || page.URL === "about:blank" || page.readyState !== "complete") return; // not there yet
      digest.style.height = `${page.documentElement.scrollHeight}px`;
    };
    digest.addEventListener("load", fit);
    window.addEventListener("resize", fit);
    fit();
  }
})();
