// The second-look, practice and label pages by keyboard: digits answer, Enter commits, single keys as on the review page; a case stays in hand by heartbeats.
const main = document.getElementById("main");
const one = (selector) => document.querySelector(selector);
const keys = JSON.parse(main.dataset.keys);
const on = main.dataset.on === "1";
const HEARTBEAT_MS = 30000;

const opened = (id, focus) => {
  const box = document.getElementById(id);
  if (!box) return;
  box.open = focus ? true : !box.open;
  if (focus) box.querySelector(focus)?.focus();
};
const click = (selector) => one(selector)?.click();
const deeds = {
  note: () => opened("note", "textarea"),
  guideline: () => opened("guideline"),
  skip: () => (one("#pass") ? click("#pass") : opened("skip", 'input:not([type="hidden"])')),
  cannot_tell: () => opened("cannot-tell", "#cannot-tell-words"),
  keep: () => click('#commit[value="keep"]'),
  change: () => click("#change"),
  withdraw: () => one("#undo-bar")?.requestSubmit(),
  help: () => {},
};

const repicked = () => [...document.querySelectorAll("#answer-form input[type=radio]")].some((option) => option.checked !== option.defaultChecked);
const typing = (target) => target.matches("textarea, select, input:not([type=radio]):not([type=checkbox])");
const pick = (digit) => {
  const option = one(`#answer-form .option input[data-digit="${digit}"]`);
  if (!option) return;
  option.checked = true;
  option.dispatchEvent(new Event("input", { bubbles: true }));
  option.focus();
};

const other = document.getElementById("answer-other");
document.addEventListener("input", ({ target }) => {
  if (!other) return;
  if (target.name === "known" && target.value) other.value = "";
  if (target !== other || !target.value) return;
  const way = one("[data-other]"); const select = one("select[name=known]");
  if (way) way.checked = true;
  if (select) select.value = "";
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || one("dialog[open]")) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "+" && other) other.focus();
  else if (/^[0-9]$/.test(event.key)) pick(Number(event.key));
  else if (event.key === "Enter") {
    if (event.target.closest("a, button, summary, #skip, #cannot-tell, .step")) return;
    const field = one("#answer-field, #answer-form .fields input, #answer-form .fields select");
    if (field && !field.value) field.focus();
    else click(one("#other") && repicked() ? "#other" : "#commit");
  } else {
    const deed = on && Object.keys(deeds).find((name) => keys[name] === event.key.toLowerCase());
    if (!deed) return;
    deeds[deed]();
  }
  event.preventDefault();
});

const handed = document.getElementById("case");
if (handed?.dataset.lease) {
  const token = document.querySelector('meta[name="licet-page-token"]').content;
  const body = () => new URLSearchParams({ token: handed.dataset.token, lease: handed.dataset.lease });
  setInterval(() => fetch("/second-look/renew", { method: "POST", body: body(), headers: { "Licet-Page-Token": token } }).catch(() => {}), HEARTBEAT_MS);
}
