// The page of a case: words that are never lost, who else is here, wordings at a keystroke. All of it on top of plain forms.
"use strict";
(() => {
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const text = find("#text");
  const form = find("#reply");
  const others = find("#others");

  // --- words: saved by htmx a second after the last key; what did not get through is tried again ---
  // One save at a time, and the next only when its answer is here: it goes out with the version that answer gave.
  let stored = text ? text.value : "", again = 0, saving = false, leaving = false;
  const unsaved = () => text && text.value !== stored && text.value.trim() !== "";
  const say = (words) => {
    const line = find("#checked .length");
    if (!line) return;
    find(".unsaved", line)?.remove();
    if (words) line.append(Object.assign(document.createElement("strong"), { className: "unsaved", textContent: ` · ${words}` }));
  };
  const retry = (pause = 3000) => {
    clearTimeout(again);
    again = setTimeout(() => { if (unsaved()) text.dispatchEvent(new Event("again")); else say(""); }, pause);
  };
  if (text) {
    document.addEventListener("htmx:config:request", (event) => {
      const { ctx } = event.detail;
      if (ctx.sourceElement !== text) return;
      ctx.sent = text.value;
      if (saving) event.preventDefault();
    });
    document.addEventListener("htmx:before:request", (event) => { if (event.detail.ctx.sourceElement === text) saving = true; });
    document.addEventListener("htmx:after:request", (event) => {
      const { ctx } = event.detail;
      if (ctx.sourceElement !== text) return;
      if (ctx.response?.status < 400) stored = ctx.sent ?? stored;
      else { say("not saved yet, trying again"); retry(); }
    });
    document.addEventListener("htmx:finally:request", (event) => {
      const { ctx } = event.detail;
      if (ctx.sourceElement !== text) return;
      saving = false;
      if (!(ctx.response?.status < 400) || !unsaved()) return; // without an answer there is no status
      say("saving the rest"); // or "saved" would stand beside words that aren't
      retry(300);
    });
    document.addEventListener("htmx:error", (event) => {
      if (event.detail.ctx?.sourceElement !== text) return;
      say("not saved yet, trying again");
      retry();
    });
    document.addEventListener("connected", () => { if (unsaved()) retry(); });
    form.addEventListener("submit", () => { leaving = true; });
    // What was typed in the last second goes along when the page goes.
    window.addEventListener("pagehide", () => {
      if (unsaved() && !leaving) navigator.sendBeacon(`/cases/${others.dataset.case}/save`, new URLSearchParams(new FormData(form)));
    });
    window.addEventListener("beforeunload", (event) => { if (unsaved() && !leaving && document.documentElement.hasAttribute("data-offline")) event.preventDefault(); });
  }

  // --- who else is here ---
  let typed = 0, told = "";
  const here = async (doing) => {
    const body = new URLSearchParams({ doing });
    try {
      const answer = await fetch(`/cases/${others.dataset.case}/here`, { method: "POST", body });
      if (answer.ok) others.innerHTML = await answer.text();
    } catch { /* no connection: said again in ten seconds */ }
  };
  const doing = () => (Date.now() - typed < 12000 ? "typing" : "looking");
  const beat = () => {
    if (document.hidden) return;
    told = doing();
    here(told);
  };
  if (others) {
    beat();
    setInterval(beat, 10000);
    document.body.addEventListener("presence", beat);
    document.addEventListener("visibilitychange", beat);
    document.addEventListener("input", (event) => {
      if (!event.target.matches("#text, #note")) return;
      typed = Date.now();
      if (told !== "typing") beat();
    });
    window.addEventListener("pagehide", () => navigator.sendBeacon(`/cases/${others.dataset.case}/here`, new URLSearchParams({ doing: "gone" })));
  }

  // --- wordings, facts, macros: into the editor, where Ctrl+Z takes them out again ---
  const put = (words, whole) => {
    text.focus();
    if (whole) text.select();
    else if (text.value && text.selectionStart === text.selectionEnd && !/\s$/.test(text.value.slice(0, text.selectionStart))) words = ` ${words}`;
    if (!document.execCommand("insertText", false, words)) {
      text.setRangeText(words, text.selectionStart, text.selectionEnd, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
    }
    text.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("submit", (event) => {
    const piece = event.target.closest("[data-put]");
    if (!piece || !text) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const whole = piece.dataset.put === "whole";
    put(whole ? piece.elements.text.value : piece.dataset.piece, whole);
  }, true);
  const panel = find("#wordings");
  document.addEventListener("keydown", (event) => {
    if (!panel || !/^[1-3]$/.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, textarea, select") || find("dialog[open], [popover]:popover-open")) return;
    const ask = find("a[hx-get]", panel);
    if (!ask) return; // they are here already: keys.js presses the button
    event.preventDefault();
    panel.addEventListener("htmx:after:swap", () => find(`[data-key="${event.key}"]`, panel)?.click(), { once: true });
    ask.click();
  });

  // --- calling a colleague in a note ---
  document.addEventListener("click", (event) => {
    const call = event.target.closest("[data-call]");
    const note = find("#note");
    if (!call || !note) return;
    note.focus();
    note.setRangeText(call.dataset.call, note.selectionStart, note.selectionEnd, "end");
  });
})();
