// The shell's own script: theme, zone, navigation on a phone, command palette, dialogs, toasts, and the page's token for changes.
"use strict";

const licet = (() => {
  const root = document.documentElement;
  const all = (selector, within = document) => Array.from(within.querySelectorAll(selector));

  // What each change carries, so that only pages of this server can make one.
  const token = () => document.querySelector('meta[name="licet-page-token"]')?.content ?? "";

  const keep = (name, value) => {
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `${name}=${encodeURIComponent(value)}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  };

  // Says something to everybody, also to those who listen to the page.
  const toast = (words, { act = null, label = "", ms = 5000 } = {}) => {
    const line = document.createElement("p");
    line.className = "toast";
    line.textContent = words;
    if (act) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = label;
      button.addEventListener("click", () => { line.remove(); act(); });
      line.append(button);
    }
    document.getElementById("toasts")?.append(line);
    if (ms) setTimeout(() => line.remove(), ms);
    return line;
  };

  // Sends a change to this server and no other; gives its answer.
  const send = (address, fields = {}, { method = "POST", headers = {} } = {}) => fetch(address, {
    method,
    mode: "same-origin",
    credentials: "same-origin",
    headers: { "Licet-Page-Token": token(), ...headers },
    body: fields instanceof URLSearchParams ? fields : new URLSearchParams(fields),
  });

  const tidyToasts = () => all(".toast").forEach((line) => setTimeout(() => line.remove(), 6000));

  // A map that is wider than its place begins where the step is whose panel is shown.
  const toHere = () => all(".map-scroll").forEach((scroll) => {
    const here = scroll.querySelector("a.box.here")?.getBoundingClientRect();
    if (here) scroll.scrollLeft += here.left + here.width / 2 - scroll.getBoundingClientRect().left - scroll.clientWidth / 2;
  });

  const zone = () => {
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
    if (here === root.dataset.zone) return;
    keep("licet-zone", here);
    const shown = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short" });
    all("time[datetime]").filter((time) => /\d:\d\d /.test(time.textContent)).forEach((time) => {
      time.textContent = shown.format(new Date(time.dateTime));
    });
  };

  const theme = () => {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const now = root.dataset.theme === "system" ? (dark ? "dark" : "light") : root.dataset.theme;
    const next = now === "dark" ? "light" : "dark";
    root.dataset.theme = next;
    keep("licet-theme", next);
    toast(next === "dark" ? "Dark from now on." : "Light from now on.", { ms: 2000 });
  };

  const side = (open) => {
    const bar = document.getElementById("side");
    const opener = document.querySelector("[data-opens-side]");
    if (!bar || !opener) return;
    bar.classList.toggle("open", open);
    opener.setAttribute("aria-expanded", String(open));
    if (open) bar.querySelector(".nav a")?.focus();
  };

  // The command palette: pages and use cases, found by typing, and a use case's own pages once their name is typed.
  const palette = (() => {
    const OWN = ["Standard", "Evaluation", "Process", "Redesign", "Value", "Workflow"];
    const withPages = (uses) => uses.concat(uses.flatMap((use) => OWN.map((own) => (
      { title: `${own}: ${use.title}`, address: `${use.address}/${own.toLowerCase()}`, sort: "Page", own: own.toLowerCase() }))));
    const named = (one, words) => !one.own || words.some((word) => one.own.startsWith(word));
    let places = null;
    let found = [];
    let at = 0;
    const dialog = () => document.getElementById("palette");

    const load = async () => {
      if (places) return;
      const pages = all(".nav a").map((a) => ({ title: a.querySelector("span").textContent, address: a.getAttribute("href"), sort: "Page" }));
      places = pages;
      try {
        const answer = await fetch("/parts/places", { mode: "same-origin", headers: { Accept: "application/json" } });
        if (answer.ok) places = pages.concat(withPages(await answer.json()));
      } catch { /* without the network, pages alone */ }
      draw();
    };

    const draw = () => {
      const box = dialog();
      const input = box.querySelector("input");
      const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
      found = (places ?? []).filter((one) => named(one, words) && words.every((word) => `${one.title} ${one.address}`.toLowerCase().includes(word))).slice(0, 50);
      at = Math.min(at, Math.max(found.length - 1, 0));
      const list = box.querySelector("ul");
      list.replaceChildren(...found.map((one, place) => {
        const line = document.createElement("li");
        line.id = `palette-${place}`;
        line.setAttribute("role", "option");
        line.setAttribute("aria-selected", String(place === at));
        line.textContent = one.title;
        const sort = document.createElement("small");
        sort.textContent = one.sort;
        line.append(sort);
        line.addEventListener("click", () => open(one));
        return line;
      }));
      if (!found.length) {
        const line = document.createElement("li");
        line.className = "none";
        line.setAttribute("role", "option");
        line.setAttribute("aria-selected", "false");
        line.textContent = "Nothing of that name.";
        list.append(line);
      }
      input.setAttribute("aria-activedescendant", found.length ? `palette-${at}` : "");
      list.children[at]?.scrollIntoView({ block: "nearest" });
    };

    const open = (one) => { location.assign(one.address); };

    const show = () => {
      const box = dialog();
      if (!box || box.open) return;
      at = 0;
      box.querySelector("input").value = "";
      box.showModal();
      draw();
      load();
    };

    const keys = (event) => {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        const step = event.key === "ArrowDown" ? 1 : -1;
        at = found.length ? (at + step + found.length) % found.length : 0;
        draw();
      } else if (event.key === "Enter" && found[at]) {
        event.preventDefault();
        open(found[at]);
      }
    };

    const ready = () => {
      const box = dialog();
      if (!box) return;
      box.querySelector("input").addEventListener("input", () => { at = 0; draw(); });
      box.addEventListener("keydown", keys);
      box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
    };
    return { show, ready };
  })();

  const opens = (id) => (id === "palette" ? palette.show() : document.getElementById(id)?.showModal());

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) opens(opener.dataset.opens);
    if (event.target.closest("[data-theme-to]")) theme();
    if (event.target.closest("[data-opens-side]")) side(!document.getElementById("side").classList.contains("open"));
    else if (!event.target.closest("#side")) side(false);
    all(".menu[open]").filter((menu) => !menu.contains(event.target)).forEach((menu) => { menu.open = false; });
  });
  document.addEventListener("change", (event) => event.target.closest("form[data-sends-itself]")?.requestSubmit());
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
      event.preventDefault();
      palette.show();
    }
    if (event.key === "Escape") {
      side(false);
      all(".menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
    }
  });
  // The map of a process: the step whose panel htmx fetches is the one that is marked.
  document.addEventListener("click", (event) => {
    const box = event.target.closest("a.box[hx-get]");
    if (!box || event.ctrlKey || event.metaKey || event.shiftKey) return;
    all("a.box").forEach((one) => {
      one.classList.toggle("here", one === box);
      if (one === box) one.setAttribute("aria-current", "true"); else one.removeAttribute("aria-current");
    });
  });
  // On a phone the panel of a step covers part of the page: a button and Escape close it, and whoever chose the step is back at it.
  const closes = () => {
    const panel = document.querySelector(".step-panel:not(.unasked)");
    const button = panel?.querySelector("[data-closes-step]");
    if (!button?.offsetParent) return;
    panel.classList.add("unasked");
    panel.querySelectorAll("input[name=step]").forEach((input) => { input.disabled = true; });
    document.querySelector("a.box.here")?.focus({ preventScroll: true });
  };
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-closes-step]")) return;
    event.preventDefault();
    closes();
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") closes(); });
  // A map that is wider than its place begins where cases do.
  const toBegin = () => all(".map-scroll[data-begin]").forEach((box) => {
    if (box.dataset.scrolled || box.scrollWidth <= box.clientWidth) return;
    box.dataset.scrolled = "yes";
    box.scrollLeft = Number(box.dataset.begin) - box.clientWidth / 2;
  });
  document.addEventListener("htmx:after:swap", toBegin);
  // htmx: the page's token on what changes something.
  document.addEventListener("htmx:config:request", (event) => {
    const request = event.detail?.ctx?.request;
    if (request && request.method !== "GET") request.headers["Licet-Page-Token"] = token();
  });
  document.addEventListener("DOMContentLoaded", () => { zone(); palette.ready(); tidyToasts(); toHere(); toBegin(); });

  return Object.freeze({ token, toast, send, keep, all });
})();
