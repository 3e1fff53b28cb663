// What can't be done without a script: keys, clocks that tick, news, copying. Every page works without it.
"use strict";
(() => {
  const find = (selector) => document.querySelector(selector);

  // --- keys ---
  const rows = () => [...document.querySelectorAll(".row .open")];
  const step = (by) => {
    const all = rows();
    if (!all.length) return false;
    const at = all.indexOf(document.activeElement);
    const next = all[at < 0 ? 0 : Math.min(Math.max(at + by, 0), all.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  };
  const act = (element) => {
    if (element.matches("input, textarea, select")) {
      element.focus();
    } else {
      element.click();
      const inner = element.matches("summary") && element.parentElement.querySelector("[data-focus]");
      if (inner) inner.focus();
    }
  };
  const press = (key) => {
    if (key === "j" && step(1)) return true;
    if (key === "k" && step(-1)) return true;
    if (key === "o" && document.activeElement.matches(".row .open")) {
      document.activeElement.click();
      return true;
    }
    const element = find(`[data-key="${CSS.escape(key)}"]`);
    if (element) act(element);
    return Boolean(element);
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.matches("input:not([type=checkbox]), textarea, select");
    if (typing && event.key === "Escape") return event.target.blur();
    if (typing && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      const yes = find('[data-key="a"]');
      if (yes && event.target.form === yes.form) yes.click();
      return undefined;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return undefined;
    if (press(event.key)) event.preventDefault();
    return undefined;
  });

  // --- small things ---
  document.addEventListener("click", (event) => {
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
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((f) => delete f.dataset.sent));
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

  // --- clocks ---
  const say = (ms) => {
    const s = Math.floor(Math.abs(ms) / 1000);
    if (s < 60) return `${s} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min`;
    const m = Math.floor(s / 60);
    if (s < 86400) return m % 60 ? `${Math.floor(m / 60)} h ${m % 60} min` : `${m / 60} h`;
    const d = Math.floor(s / 86400), h = Math.floor((s % 86400) / 3600);
    return h && d < 7 ? `${d} d ${h} h` : `${d} d`;
  };
  // The server's clock counts, not this machine's: only what passed since the page came is added.
  const shown = performance.now();
  const server = Date.parse(document.body.dataset.now || "");
  const now = () => server + (performance.now() - shown);
  const tick = () => {
    if (!server) return;
    document.querySelectorAll("[data-due]").forEach((e) => {
      const left = Date.parse(e.dataset.due) - now();
      e.textContent = left < 0 ? `${say(left)} late` : `due in ${say(left)}`;
      if (left < 0) e.parentElement.className = "clock is-late";
    });
    document.querySelectorAll("[data-since]").forEach((e) => {
      e.textContent = `waiting ${say(now() - Date.parse(e.dataset.since))}`;
    });
  };
  setInterval(tick, 15000);
  const countdown = () => {
    document.querySelectorAll("[data-until]").forEach((e) => {
      const left = Date.parse(e.dataset.until) - now();
      e.textContent = left > 0 ? `in ${Math.ceil(left / 1000)} s` : "now";
    });
  };
  if (find("[data-until]")) setInterval(countdown, 500);

  // --- news: one stream per visible page; a browser has only six connections to a server ---
  let stream = null, pulse = document.body.dataset.pulse;
  const listen = () => {
    if (!pulse || stream || document.hidden) return;
    stream = new EventSource(`/events?since=${encodeURIComponent(pulse)}`);
    stream.addEventListener("pulse", (event) => {
      pulse = event.data;
      document.body.dispatchEvent(new CustomEvent("pulse"));
    });
  };
  const rest = () => {
    if (stream) stream.close();
    stream = null;
  };
  document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", listen);
  listen();
})();
