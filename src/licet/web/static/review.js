// The review page at work: one case after the other by keyboard. Nothing typed is lost, and nothing is sent twice under two names.
const main = document.getElementById("main");
const stage = document.getElementById("stage");
const banner = document.getElementById("banner");
const heard = document.getElementById("heard");
const toasts = document.getElementById("toasts");
const named = main.dataset.named;
const AHEAD_FRESH_MS = 16000;
const AHEAD_WHILE_ACTIVE_MS = 120000;
const HEARTBEAT_MS = 30000;
const LOOK_AGAIN_MS = 10000;
const WAITS_MS = [500, 1000, 2000, 4000, 8000];

let keys = JSON.parse(main.dataset.keys);
let keysOn = main.dataset.on === "1";
let ahead = null; // { html, token, lease, at }: the next case, fetched under a short lease
let fetching = null;
let taken = null; // { id, until, label }: the last answer, while it can be withdrawn
let token = document.querySelector('meta[name="licet-page-token"]').content;
let lastActive = performance.now();
let moving = false;
let sending = false;
let waits = 0;

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const desk = () => document.getElementById("case");
const form = () => document.getElementById("answer-form");
const held = () => one("#answer")?.dataset.held ?? "";
const make = (tag, words = "", kind = "") => Object.assign(document.createElement(tag), { textContent: words, className: kind });
const say = (words) => { heard.textContent = words; };
const pause = (ms) => new Promise((go) => setTimeout(go, ms));

// What this tab keeps while the page is loaded anew: answers on their way, and what was typed.
const kept = (name, otherwise) => { try { return JSON.parse(sessionStorage.getItem(name)) ?? otherwise; } catch { return otherwise; } };
const keep = (name, value) => { try { sessionStorage.setItem(name, JSON.stringify(value)); } catch { /* full or forbidden: the page works on */ } };
const outbox = () => kept("licet.outbox", []);
const draftName = () => `licet.draft.${held() || desk()?.dataset.token}`;

const send = async (address, fields) => {
  let answer;
  try {
    answer = await fetch(address, {
      method: "POST", redirect: "manual", credentials: "same-origin", body: new URLSearchParams(fields),
      headers: { Accept: "application/json", "Licet-Page-Token": token },
    });
  } catch { return { kind: "away" }; }
  if (answer.type === "opaqueredirect" || answer.status === 401) return { kind: "ended" };
  if (answer.status === 429 || answer.status >= 500) return { kind: "away" };
  const json = (answer.headers.get("content-type") ?? "").includes("json");
  if (!json) return { kind: answer.status === 403 ? "ended" : "away" };
  let said;
  try { said = await answer.json(); } catch { return { kind: "away" }; }
  if (answer.ok) return { kind: { no: "refused", wrong: "wrong" }[said.state] ?? "done", said };
  if (said.code === "not_from_here" || said.code === "session_ended" || said.code === "person_needed") return { kind: "ended" };
  return { kind: "refused", said };
};

const get = async (address) => {
  try {
    const answer = await fetch(address, { redirect: "manual", credentials: "same-origin" });
    if (answer.type === "opaqueredirect" || answer.status === 401) return { kind: "ended" };
    return answer.ok ? { kind: "done", html: await answer.text() } : { kind: "away", html: await answer.text() };
  } catch { return { kind: "away" }; }
};

// --- what stands above the case ---------------------------------------------------------------------------------------
const tell = (tone, words, { more = "", link = null, act = null, label = "", text = [] } = {}) => {
  const box = make("div", "", `notice ${tone}`);
  box.append(make("b", words), make("span", more));
  if (link) box.append(" ", Object.assign(make("a", label), { href: link }));
  if (act) { const button = make("button", label, "button plain"); button.type = "button"; button.addEventListener("click", act); box.append(" ", button); }
  for (const part of text) box.append(make("pre", part, "kept"));
  banner.replaceChildren(box);
};
const quiet = (which = "") => { if (!which || banner.dataset.which === which) { banner.replaceChildren(); banner.dataset.which = ""; } };
const ended = () => {
  banner.dataset.which = "ended";
  tell("open", "Your session ended. ", { more: "What you typed is kept in this tab.", link: `/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`, label: "Sign in and go on" });
};
const away = () => {
  banner.dataset.which = "away";
  const n = outbox().length;
  tell("open", "The server cannot be reached. ", { more: n ? `${n === 1 ? "One answer is" : `${n} answers are`} kept in this tab and sent as soon as it can.` : "It is tried again." });
};
const typed = (fields) => [...new URLSearchParams(fields)].filter(([name, value]) => value && (name === "note" || name === "answer" || name.startsWith("field.")) && !/^\d{1,6}$/.test(value)).map(([, value]) => value);

// --- the case on the page ---------------------------------------------------------------------------------------------
const parsed = (html) => { const box = document.createElement("template"); box.innerHTML = html; return box.content; };

const paint = (html, at, early = false) => {
  stage.replaceChildren(parsed(html));
  const now = desk();
  if (early) now.dataset.ahead = "1";
  if (at) history.replaceState(null, "", at);
  else if (now.dataset.token) {
    const asked = new URLSearchParams(named ? { use_case: named } : {});
    asked.set("token", now.dataset.token); asked.set("lease", now.dataset.lease);
    history.replaceState(null, "", `/review?${asked}`);
  } else history.replaceState(null, "", named ? `/review?${new URLSearchParams({ use_case: named })}` : "/review");
  settle(true);
  scrollTo(0, 0);
};

const settle = (move) => {
  const now = desk();
  if (!now) return;
  if (now.dataset.title) document.getElementById("place").textContent = now.dataset.title;
  if (now.dataset.answered !== undefined && !now.dataset.ahead) counts(+now.dataset.answered, +now.dataset.waiting);
  dress(document);
  search();
  recall();
  tune();
  if (move) {
    const first = one("#search [role=combobox]") ?? (["number", "text", "fields"].includes(now.dataset.kind) ? one("#answer-form .field :is(input, textarea, select)") : null);
    if (first && !matchMedia("(max-width: 820px)").matches) first.focus({ preventScroll: true }); else now.focus?.({ preventScroll: true });
    say(now.dataset.empty ? "Nothing waits for you." : "Next case.");
  }
  now.dataset.shown = "1";
};

const counts = (answered, waiting) => {
  const shown = document.getElementById("counts");
  const [today, more] = all("b", shown);
  today.textContent = answered.toLocaleString("en"); more.textContent = `${waiting.toLocaleString("en")}${waiting >= 1000 ? "+" : ""}`;
  Object.assign(shown.dataset, { answered, waiting });
};

const counted = () => { const { answered, waiting } = document.getElementById("counts").dataset; counts(+answered + 1, Math.max(0, +waiting - 1)); };

const dress = (within) => {
  for (const sign of all("[data-key-of]", within)) { sign.textContent = keys[sign.dataset.keyOf].toUpperCase(); sign.hidden = !keysOn; }
  for (const hidden of all("#skip-opener, .help-opener", within)) hidden.hidden = false;
  for (const figure of all(".picture.large", within)) picture(figure);
};

const picture = (figure) => {
  const image = one("img", figure);
  if (figure.dataset.dressed) return;
  figure.dataset.dressed = "1";
  const failed = () => { image.hidden = true; one(".not-shown", figure).hidden = false; };
  image.addEventListener("error", failed);
  if (image.complete && !image.naturalWidth) failed();
  if (!figure.dataset.document) return;
  let page = 0;
  const buttons = all("[data-turn]", figure);
  const turn = async (by) => {
    const address = new URL(image.src, location.href);
    address.searchParams.set("page", page + by);
    const answer = await fetch(address, { redirect: "manual" }).catch(() => null);
    const pages = +(answer?.headers.get("licet-pages") ?? 0);
    if (pages) { page += by; one("[data-page]", figure).textContent = `Page ${page + 1} of ${pages}`; image.src = address; image.alt = `Page ${page + 1} of the case's document`; }
    for (const button of buttons) { button.hidden = pages < 2 && page === 0; button.disabled = page + +button.dataset.turn < 0 || page + +button.dataset.turn >= pages; }
  };
  for (const button of buttons) button.addEventListener("click", () => turn(+button.dataset.turn));
  turn(0);
};

// Above ten choices: type a part of an answer; arrows choose, Enter takes it, and Enter again commits it.
const search = () => {
  const box = document.getElementById("search");
  if (!box || one("[role=combobox]", box)) return;
  const select = one("select", box);
  const options = all("option", select).filter((option) => option.value);
  const input = Object.assign(make("input"), { type: "text", autocomplete: "off", spellcheck: false, id: "search-words" });
  const list = make("ul", "", "found"); list.id = "found";
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": "found", "aria-expanded": "true", "aria-describedby": "fault-answer", placeholder: `Search ${options.length} answers` })) input.setAttribute(name, value);
  list.setAttribute("role", "listbox"); list.setAttribute("aria-label", "Answers that fit");
  select.hidden = true; one("label", box).htmlFor = "search-words";
  let shown = []; let at = 0;
  const fold = (words) => words.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/[_-]+/g, " ");
  const draw = () => {
    list.replaceChildren(...shown.map((option, k) => {
      const line = make("li", option.textContent); line.id = `found-${k}`;
      line.setAttribute("role", "option"); line.setAttribute("aria-selected", String(k === at));
      if (option.value === select.value) line.className = "chosen";
      line.addEventListener("mousedown", (event) => { event.preventDefault(); take(k); });
      return line;
    }));
    if (!shown.length) list.append(Object.assign(make("li", "No answer fits. Try another word."), { className: "none" }));
    if (shown.length) input.setAttribute("aria-activedescendant", `found-${at}`); else input.removeAttribute("aria-activedescendant");
    one(`#found-${at}`, list)?.scrollIntoView({ block: "nearest" });
  };
  const look = () => {
    const words = fold(input.value).split(/\s+/).filter(Boolean);
    const score = (option) => { const text = fold(option.textContent); return words.every((word) => text.includes(word)) ? (text.startsWith(words[0] ?? "") ? 0 : 1) : 2; };
    shown = options.map((option) => [score(option), option]).filter(([fits]) => fits < 2).sort(([a], [b]) => a - b).map(([, option]) => option);
    at = Math.max(0, shown.findIndex((option) => option.value === select.value));
    draw();
  };
  const take = (k) => { at = k; select.value = shown[k].value; input.value = shown[k].textContent; select.dispatchEvent(new Event("input", { bubbles: true })); draw(); say(`${shown[k].textContent} is picked. Enter commits it.`); };
  input.addEventListener("input", () => { select.value = ""; look(); });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 }[event.key];
    if (step && shown.length) { event.preventDefault(); at = Math.min(shown.length - 1, Math.max(0, at + step)); draw(); }
    if (event.key === "Enter" && !event.repeat && shown.length && shown[at].value !== select.value) { event.preventDefault(); event.stopPropagation(); take(at); }
  });
  box.append(input, list);
  box.addEventListener("recalled", () => { const now = options.find((option) => option.value === select.value); if (now) input.value = now.textContent; look(); });
  look();
};

// --- drafts -----------------------------------------------------------------------------------------------------------
const OURS = new Set(["page_token", "token", "lease", "key", "use_case", "of", "held"]);
const written = () => Object.fromEntries([...new FormData(form())].filter(([name]) => !OURS.has(name)));
const recall = () => {
  const draft = form() && kept(draftName(), null);
  if (draft) {
    for (const control of form().elements) {
      if (!control.name || OURS.has(control.name) || control.type === "submit" || control.tagName === "FIELDSET") continue;
      if (control.type === "radio" || control.type === "checkbox") control.checked = draft[control.name] === control.value;
      else control.value = draft[control.name] ?? control.value;
    }
    if (draft.note) document.getElementById("note").open = true;
  }
  document.getElementById("search")?.dispatchEvent(new Event("recalled"));
};
// One of the known answers or another one: picking either takes the other back.
const other = () => document.getElementById("answer-other");
document.addEventListener("input", ({ target }) => {
  if (!other()) return;
  if (target.name === "known" && target.value) other().value = "";
  if (target !== other() || !target.value) return;
  const way = one("[data-other]"); const select = one("#search select"); const words = document.getElementById("search-words");
  if (way) way.checked = true;
  if (select) { select.value = ""; words.value = ""; }
});
const forget = (name) => { try { sessionStorage.removeItem(name); } catch { /* nothing was kept */ } };
document.addEventListener("input", (event) => { lastActive = performance.now(); if (event.target.form?.id === "answer-form") { keep(draftName(), written()); tune(); } });

// The button under one's own answer and AI's says what it does: keep, or take what was picked since.
const mine = () => form()?.dataset.mine;
const tune = () => {
  if (!held()) return;
  const now = new URLSearchParams(written()).toString();
  if (!form().dataset.mine) form().dataset.mine = now;
  const other = now !== mine();
  const button = document.getElementById("commit");
  button.firstChild.textContent = other ? "Change mine, next " : "Keep mine, next ";
  button.value = other ? "other" : "keep";
  document.getElementById("other").hidden = true;
};

// --- the next case ----------------------------------------------------------------------------------------------------
const fetchAhead = (instead = null) => {
  const now = desk();
  if (fetching || moving || !now || now.dataset.empty || sending) return; // first what was answered: its own case must not come again
  const asked = new URLSearchParams({ ahead: "1", ...(named && { use_case: named }), ...(instead && { instead_of: instead.token, lease: instead.lease }) });
  const began = performance.now();
  fetching = get(`/review/next?${asked}`).then((found) => {
    fetching = null;
    if (found.kind !== "done") return;
    const next = one("#case", parsed(found.html));
    ahead = next?.dataset.token ? { html: found.html, token: next.dataset.token, lease: next.dataset.lease, at: began } : null;
  });
};

const arrived = async () => { for (let k = 0; sending && k < 60; k += 1) await pause(25); };

const next = async () => {
  if (moving) return;
  moving = true;
  try {
    if (fetching && !ahead) await fetching;
    if (!ahead) await arrived();
    if (fetching && !ahead) await fetching; // or the last case is ahead while the server says that nothing waits
    const ready = ahead && performance.now() - ahead.at < AHEAD_FRESH_MS ? ahead : null;
    const stale = ready ? null : ahead;
    ahead = null;
    if (ready) {
      paint(ready.html, null, true);
      const fields = { token: ready.token, lease: ready.lease };
      send("/review/renew", fields).then((found) => { if (found.kind === "refused" && desk().dataset.token === ready.token) lost(found.said); if (found.kind === "ended") ended(); });
      arrived().then(() => fetchAhead());
      return;
    }
    const asked = new URLSearchParams({ ...(named && { use_case: named }), ...(stale && { instead_of: stale.token, lease: stale.lease }) });
    for (let k = 0; ; k += 1) {
      const found = await get(`/review/next?${asked}`);
      if (found.kind === "done") { quiet("away"); paint(found.html); arrived().then(() => fetchAhead()); return; }
      if (found.kind === "ended") { ended(); return; }
      away();
      await pause(WAITS_MS[Math.min(k, WAITS_MS.length - 1)]);
    }
  } finally { moving = false; }
};

const lost = (said) => {
  banner.dataset.which = "lost";
  tell("open", `${said.detail} `, { more: said.remedy, act: () => { quiet(); next(); }, label: "Next case", text: form() ? typed(written()) : [] });
  const commit = document.getElementById("commit");
  if (commit) commit.disabled = true;
};

// --- answering --------------------------------------------------------------------------------------------------------
const label = () => {
  const picked = one(".option input:checked", form());
  if (picked) return one("span", picked.closest(".option")).textContent;
  const select = one("#search select", form());
  return select?.selectedOptions[0]?.textContent || "Your answer";
};

const wrong = (faults) => {
  for (const spot of all("[data-fault]")) { spot.hidden = true; spot.textContent = ""; }
  for (const control of all("#answer-form [aria-invalid]")) control.removeAttribute("aria-invalid");
  for (const { field, says } of faults) {
    const spot = document.getElementById(`fault-${field}`) ?? document.getElementById("fault-answer");
    if (spot) { spot.textContent = says; spot.hidden = false; }
    for (const control of all(`[name="${CSS.escape(field)}"]`, form())) control.setAttribute("aria-invalid", "true");
  }
  const first = faults[0]?.field;
  (first === "answer" && one("#search [role=combobox]") || one(`[name="${CSS.escape(first ?? "")}"]`, form()))?.focus();
  say(faults.map((fault) => fault.says).join(" "));
};

const commit = async (how = "") => {
  const now = desk();
  if (!form() || moving || now.dataset.sent || document.getElementById("commit").disabled) return;
  const fields = new URLSearchParams(new FormData(form()));
  fields.delete("page_token");
  if (held()) { settleAnswer(how || document.getElementById("commit").value, fields); return; }
  const closed = now.dataset.kind === "choice" && one(".option, #search") && !document.getElementById("answer-other");
  if (closed && !fields.get("answer")) { wrong([{ field: "answer", says: "Pick an answer." }]); return; }
  const parcel = { address: "/review/commit", fields: fields.toString(), label: label(), draft: draftName() };
  if (closed && !now.dataset.reveals) {
    now.dataset.sent = "1";
    keep("licet.outbox", [...outbox(), parcel]);
    counted();
    flush();
    await next();
    return;
  }
  now.dataset.sent = "1";
  document.getElementById("commit").setAttribute("aria-busy", "true");
  keep("licet.outbox", [...outbox(), parcel]);
  const came = await flush();
  document.getElementById("commit")?.removeAttribute("aria-busy");
  if (desk() === now) delete now.dataset.sent;
  if (!came) return;
  if (came.kind === "wrong") wrong(came.said.faults);
  else if (came.said.state === "revealed") reveal(came.said);
  else if (came.said.state === "held") await next();
};

const reveal = (said) => {
  document.getElementById("answer").replaceWith(parsed(said.html));
  history.replaceState(null, "", said.at);
  dress(document); search(); recall(); tune();
  document.getElementById("commit").focus();
  say("This is what AI proposes. Keep your answer, or change it.");
};

const settleAnswer = async (how, fields) => {
  fields.set("how", how);
  const now = desk();
  now.dataset.sent = "1";
  const parcel = { address: "/review/settle", fields: fields.toString(), label: how === "change" ? "AI's answer" : how === "keep" ? "Your answer kept" : label(), draft: draftName() };
  keep("licet.outbox", [...outbox(), parcel]);
  const came = await flush();
  delete now.dataset.sent;
  if (came?.kind === "wrong") wrong(came.said.faults);
  else if (came?.kind === "done") await next();
};

// Sends what waits, oldest first, each as often as it takes, always under its own key. Gives what came of the last one.
const flush = async () => {
  if (sending) return null;
  sending = true;
  let came = null;
  try {
    while (outbox().length) {
      const parcel = outbox()[0];
      came = await send(parcel.address, parcel.fields);
      if (came.kind === "away" || came.kind === "ended") {
        if (came.kind === "ended") { ended(); return null; }
        away();
        await pause(WAITS_MS[Math.min(waits, WAITS_MS.length - 1)]);
        waits += 1;
        continue;
      }
      waits = 0;
      quiet("away"); quiet("ended");
      keep("licet.outbox", outbox().slice(1));
      if (came.kind === "refused") refused(parcel, came.said);
      else if (came.kind === "done") { forget(parcel.draft); if (came.said.state === "held") hold(parcel, came.said); }
    }
  } finally { sending = false; }
  return came;
};

const refused = (parcel, said) => {
  if (said.code === "already_done") return;
  banner.dataset.which = "refused";
  tell("bad", `${parcel.label}: not taken. `, { more: `${said.detail} ${said.remedy ?? ""}`, act: () => { quiet(); if (desk()?.dataset.sent || !desk()?.dataset.token) next(); }, label: "All right", text: typed(parcel.fields) });
};

// --- withdrawing ------------------------------------------------------------------------------------------------------
let ticking = 0;
const hold = (parcel, said) => {
  const started = parcel.withdraw;
  taken = { id: said.id, until: performance.now() + said.left_ms, fields: parcel.fields };
  const line = make("p", "", "toast held");
  const words = make("span", `${parcel.label}. `);
  const left = make("span", "", "left");
  left.setAttribute("aria-hidden", "true");
  const button = make("button", "Withdraw"); button.type = "button";
  if (keysOn) button.append(" ", make("kbd", keys.withdraw.toUpperCase()));
  button.addEventListener("click", withdraw);
  line.append(words, left, button);
  for (const old of all(".toast.held", toasts)) old.remove();
  toasts.append(line);
  document.getElementById("undo-bar")?.remove();
  clearInterval(ticking);
  const tick = () => {
    const seconds = taken && taken.id === said.id ? Math.ceil((taken.until - performance.now()) / 1000) : 0;
    if (seconds <= 0) { clearInterval(ticking); line.remove(); if (taken?.id === said.id) taken = null; return; }
    left.textContent = `${seconds} s`;
  };
  tick();
  ticking = setInterval(tick, 250);
  if (started) withdraw();
};

const withdraw = async () => {
  if (!taken) {
    const waiting = outbox();
    if (waiting.length) { waiting[waiting.length - 1].withdraw = true; keep("licet.outbox", waiting); }
    else say("There is nothing to withdraw.");
    return;
  }
  const { id, fields } = taken;
  taken = null;
  const came = await send("/review/withdraw", { held: id, use_case: named });
  for (const old of all(".toast.held", toasts)) old.remove();
  if (came.kind === "ended") { ended(); return; }
  if (came.kind === "away") { away(); taken = { id, until: performance.now() + 4000, fields }; return; }
  if (came.kind !== "done") { tell("open", `${came.said.detail} `, { more: came.said.remedy }); return; }
  const reading = desk();
  if (reading?.dataset.token && !held()) {
    if (ahead) send("/review/release", { token: ahead.token, lease: ahead.lease });
    ahead = null;
    send("/review/release", { token: reading.dataset.token, lease: reading.dataset.lease });
  }
  const before = Object.fromEntries([...new URLSearchParams(fields)].filter(([name]) => !OURS.has(name)));
  paint(came.said.html, came.said.at);
  keep(draftName(), before);
  recall(); tune();
  quiet();
  say("Your answer was withdrawn. The case is yours again.");
  fetchAhead();
};

// --- keys -------------------------------------------------------------------------------------------------------------
const unfold = (id, into) => { const box = document.getElementById(id); if (!box) return; box.open = true; one(into, box)?.focus(); };
const deeds = {
  note: () => unfold("note", "textarea"),
  guideline: () => { const box = document.getElementById("guideline"); if (box) box.open = !box.open; },
  skip: () => unfold("skip", "input[type=radio]:nth-of-type(1)"),
  cannot_tell: () => unfold("cannot-tell", "#cannot-tell-words"),
  withdraw,
  keep: () => { if (held()) commit("keep"); },
  change: () => { if (held() && document.getElementById("change")) commit("change"); },
  help: () => document.getElementById("help").showModal(),
};

const writing = (target) => target.matches?.("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");

document.addEventListener("keydown", (event) => {
  lastActive = performance.now();
  const { target, key } = event;
  if (event.isComposing || document.querySelector("dialog[open]")) return;
  if (key === "Escape") {
    const box = target.closest?.("#note, #skip, #cannot-tell");
    if (box) box.open = false;
    if (target !== document.body) target.blur?.();
    return;
  }
  if (key === "Enter" && !event.repeat && !event.altKey) {
    const inside = target.closest?.("form");
    const long = target.tagName === "TEXTAREA";
    if (long && !(event.ctrlKey || event.metaKey)) return;
    if (target.matches?.("button, a, summary") || (inside && inside.id !== "answer-form")) return;
    event.preventDefault();
    if (!moving) commit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || writing(target)) return;
  if (/^[0-9]$/.test(key)) {
    const option = one(`.option input[data-digit="${key}"]`);
    if (option) { option.checked = true; option.focus({ preventScroll: true }); option.dispatchEvent(new Event("input", { bubbles: true })); say(`${label()} is picked. Enter commits it.`); }
    return;
  }
  if (key === "+" && other()) { event.preventDefault(); other().focus(); return; }
  const deed = keysOn && Object.keys(keys).find((name) => keys[name] === key.toLowerCase());
  if (deed) { event.preventDefault(); deeds[deed](); }
});

document.addEventListener("submit", async (event) => {
  const { id } = event.target;
  if (!["answer-form", "skip-form", "cannot-tell-form", "keys-form", "undo-bar"].includes(id)) return;
  event.preventDefault();
  const fields = new URLSearchParams(new FormData(event.target));
  if (id === "answer-form") { const how = event.submitter?.value ?? ""; commit(event.submitter?.id === "change" ? how : ""); return; }
  if (id === "undo-bar") { taken = { id: fields.get("held"), until: performance.now() + 8000, fields: "" }; event.target.remove(); withdraw(); return; }
  const came = await send(event.target.getAttribute("action"), fields);
  if (came.kind === "ended") { ended(); return; }
  if (came.kind === "away") { away(); return; }
  if (id === "skip-form" || id === "cannot-tell-form") {
    if (came.kind === "refused" && came.said.code === "reason_needed") { one("#skip-words").focus(); say(came.said.detail); return; }
    if (came.kind === "refused") { lost(came.said); return; }
    forget(draftName());
    await next();
    return;
  }
  document.getElementById("keys-wrong").textContent = came.kind === "refused" ? `${came.said.detail} ${came.said.remedy}` : "";
  if (came.kind !== "done") return;
  ({ keys, on: keysOn } = came.said);
  dress(document);
  document.getElementById("help").close();
});

document.addEventListener("click", (event) => { lastActive = performance.now(); if (event.target.closest?.("#skip-opener")) deeds.skip(); });
document.addEventListener("toggle", (event) => { if (["skip", "cannot-tell"].includes(event.target.id) && event.target.open) event.target.scrollIntoView({ block: "nearest" }); }, true);

// --- staying at it ----------------------------------------------------------------------------------------------------
const beat = async () => {
  const now = desk();
  if (!now?.dataset.token || held() || now.dataset.sent) return;
  const came = await send("/review/renew", { token: now.dataset.token, lease: now.dataset.lease });
  if (desk() !== now || now.dataset.sent) return;
  if (came.kind === "refused") lost(came.said);
  else if (came.kind === "ended") ended();
  else if (came.kind === "done") { quiet("away"); quiet("ended"); }
};
setInterval(beat, HEARTBEAT_MS);
setInterval(() => {
  const active = document.visibilityState === "visible" && performance.now() - lastActive < AHEAD_WHILE_ACTIVE_MS;
  if (active && ahead && !moving && performance.now() - ahead.at > AHEAD_FRESH_MS - 2000) { const old = ahead; ahead = null; fetchAhead(old); }
  if (active && !ahead && desk()?.dataset.token && !held() && !moving) fetchAhead();
}, 2000);
setInterval(() => { if (document.visibilityState === "visible" && desk()?.dataset.empty && !moving) next(); }, LOOK_AGAIN_MS);

const comeBack = async () => { lastActive = performance.now(); if (outbox().length) await flush(); await beat(); };
addEventListener("online", comeBack);
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") comeBack(); });
addEventListener("pageshow", (event) => { if (event.persisted) comeBack(); });
addEventListener("pagehide", () => {
  if (!ahead) return;
  fetch("/review/release", { method: "POST", keepalive: true, body: new URLSearchParams({ token: ahead.token, lease: ahead.lease }), headers: { Accept: "application/json", "Licet-Page-Token": token } });
  ahead = null;
});

settle(true);
flush().then(() => fetchAhead());
