// Clocks that tick, and news that arrive without a reload and without moving what somebody reads.
"use strict";
(() => {
  const find = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  // --- clocks: the server's counts, not this machine's; only what passed since the page came is added ---
  const say = (ms) => {
    const s = Math.floor(Math.abs(ms) / 1000);
    if (s < 60) return `${s} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min`;
    const m = Math.floor(s / 60);
    if (s < 86400) return m % 60 ? `${Math.floor(m / 60)} h ${m % 60} min` : `${m / 60} h`;
    const d = Math.floor(s / 86400), h = Math.floor((s % 86400) / 3600);
    return h && d < 7 ? `${d} d ${h} h` : `${d} d`;
  };
  const shown = performance.now();
  const server = Date.parse(document.body.dataset.now || "");
  const now = () => server + (performance.now() - shown);
  const tick = () => {
    if (!server) return;
    all("[data-due]").forEach((e) => {
      const left = Date.parse(e.dataset.due) - now();
      e.textContent = left < 0 ? `${say(left)} late` : `due in ${say(left)}`;
      if (left < 0) e.parentElement.classList.replace("is-fine", "is-late") || e.parentElement.classList.replace("is-soon", "is-late");
    });
    all("[data-since]").forEach((e) => { e.textContent = `waiting ${say(now() - Date.parse(e.dataset.since))}`; });
  };
  setInterval(tick, 15000);
  setInterval(() => all("[data-until]").forEach((e) => {
    const left = Date.parse(e.dataset.until) - now();
    e.textContent = left > 0 ? `in ${Math.ceil(left / 1000)} s` : "now";
    const bar = e.closest(".countdown")?.querySelector("progress");
    if (bar) bar.value = Math.max(0, left / 1000);
  }), 500);

  // --- what one reads stays where it is, whatever comes in above it ---
  const reading = () => {
    const focused = document.activeElement?.closest?.(".row");
    if (focused) return focused;
    return all(".row").find((row) => row.getBoundingClientRect().bottom > 0) || null;
  };
  document.addEventListener("htmx:before:swap", (event) => {
    const row = find("[data-live]") && reading();
    if (row) event.detail.ctx.held = { id: row.id, top: row.getBoundingClientRect().top, focused: row.contains(document.activeElement) };
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const held = event.detail.ctx?.held;
    const row = held && document.getElementById(held.id);
    if (!row) return count();
    if (held.focused && !row.contains(document.activeElement)) find(".open", row)?.focus({ preventScroll: true });
    const moved = row.getBoundingClientRect().top - held.top;
    if (Math.abs(moved) > 0.5) {
      // A short list can't be scrolled far enough: room below it lets it.
      find("main").style.minHeight = `${Math.ceil(window.scrollY + moved + window.innerHeight)}px`;
      window.scrollBy(0, moved);
    }
    return count();
  });
  const button = find("[data-news]");
  const above = () => all(".row.is-new").filter((row) => row.getBoundingClientRect().bottom < 8);
  function count() {
    if (!button) return;
    const number = above().length;
    button.parentElement.hidden = !number;
    button.textContent = `${number} new above`;
  }
  if (button) {
    button.addEventListener("click", () => {
      const first = all(".row.is-new")[0];
      if (first) {
        find(".open", first).focus({ preventScroll: true });
        first.scrollIntoView({ block: "center", behavior: "auto" });
      }
      count();
    });
    window.addEventListener("scroll", count, { passive: true });
  }
  document.addEventListener("htmx:config:request", (event) => {
    const { request, sourceElement } = event.detail.ctx;
    if (sourceElement.id !== "told") return;
    request.body.set("known", all(".row[data-v]").slice(0, 200).map((row) => `${row.id.slice(4)}:${row.dataset.v}`).join(" "));
    if (find(".rows .load")) request.body.set("more", "yes");
  });

  // --- news: one stream per visible page; a browser has only six connections to a server ---
  let stream = null, pulse = document.body.dataset.pulse;
  // Every stream ends after a minute and the next one opens: only what lasts longer is a loss.
  let missing = 0;
  const lost = (is) => {
    clearTimeout(missing);
    if (is) missing = setTimeout(() => document.documentElement.toggleAttribute("data-offline", true), navigator.onLine ? 5000 : 0);
    else document.documentElement.toggleAttribute("data-offline", false);
  };
  const listen = () => {
    if (!pulse || stream || document.hidden) return;
    const about = document.body.dataset.case ? `&about=${document.body.dataset.case}` : "";
    stream = new EventSource(`/events?since=${encodeURIComponent(pulse)}${about}`);
    stream.addEventListener("open", () => { lost(!navigator.onLine); document.dispatchEvent(new Event("connected")); });
    stream.addEventListener("error", () => {
      lost(true);
      if (stream?.readyState === EventSource.CLOSED) { stream = null; setTimeout(listen, 2000); }
    });
    stream.addEventListener("pulse", (event) => {
      pulse = event.data;
      document.body.dispatchEvent(new CustomEvent("pulse"));
    });
    stream.addEventListener("presence", () => document.body.dispatchEvent(new CustomEvent("presence")));
  };
  const rest = () => {
    if (stream) stream.close();
    stream = null;
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", listen);
  window.addEventListener("online", () => { rest(); listen(); });
  window.addEventListener("offline", () => lost(true));
  listen();
})();
