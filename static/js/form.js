// Long forms: marks what was changed, lists it with a way back per field, keeps a draft in this tab, walks the problems.
import { makeRoom } from "./new.js";

const SKIP = "[type=hidden], [type=password], [type=file], [type=submit], button";

export function startForms() {
  forgetSent();
  document.querySelector("[data-kb-focus]")?.focus();
  for (const form of document.querySelectorAll("form[data-kb-form]")) watch(form);
  for (const field of document.querySelectorAll("[data-kb-expected]")) matchName(field);
  for (const link of document.querySelectorAll("[data-kb-next-problem]")) link.addEventListener("click", nextProblem);
  for (const link of document.querySelectorAll(".kb-summary a, .kb-sections a")) {
    link.addEventListener("click", () => markSection(link));
  }
}

// Whose draft, and of which page: the next here may be somebody else.
const here = `kb-draft:${document.body.dataset.user}${location.pathname}${location.search}#`;
const key = (form) => here + form.id;
const controls = (form) => [...form.elements].filter((one) => one.name && !one.matches(SKIP) && !one.matches("fieldset"));

function watch(form) {
  if (!form.hasAttribute("data-posted")) restore(form);
  let groups = grouped(form);
  const note = document.querySelector(`[data-kb-note="${form.id}"]`);
  const panel = document.querySelector(`[data-kb-changes="${form.id}"]`);
  const said = note?.innerHTML;

  const refresh = () => {
    const changed = groups.filter((group) => !same(value(group), group.original));
    for (const group of groups) group.wrap?.classList.toggle("kb-changed", changed.includes(group));
    if (note) sayCount(note, changed.length, said);
    if (panel) listChanges(panel, changed);
    keep(form, changed);
  };
  form.addEventListener("input", refresh);
  form.addEventListener("change", refresh);
  form.addEventListener("kb-rows", () => {
    groups = grouped(form);
    refresh();
  });
  form.addEventListener("submit", () => markSent(form));
  for (const link of document.querySelectorAll(`[data-kb-discard="${form.id}"]`)) {
    link.addEventListener("click", () => sessionStorage.removeItem(key(form)));
  }
  refresh();
}

// Controls of one name are one field: radios, or a list of ticks.
function grouped(form) {
  const byName = new Map();
  for (const one of controls(form)) {
    if (!byName.has(one.name)) byName.set(one.name, { name: one.name, all: [] });
    byName.get(one.name).all.push(one);
  }
  for (const group of byName.values()) {
    group.wrap = group.all[0].closest("[data-kb-field]");
    group.original = original(group);
  }
  return [...byName.values()];
}

function original(group) {
  const [first] = group.all;
  const given = first.dataset.original ?? (first.type === "radio" ? group.wrap?.dataset.original : undefined);
  const options = first.matches("select") && !first.multiple ? [...first.options].map((one) => one.value) : null;
  if (given !== undefined && (!options || options.includes(given))) return given.replace(/\r\n?/g, "\n");
  if (first.matches("select")) return [...first.options].filter((one) => one.defaultSelected).map((one) => one.value).join("\n") || (first.multiple ? "" : first.options[0]?.value ?? "");
  if (first.matches("[type=checkbox], [type=radio]")) return group.all.filter((one) => one.defaultChecked).map(ticked).join("\n");
  return first.defaultValue;
}

const ticked = (box) => (box.type === "checkbox" && "original" in box.dataset ? "1" : box.value);

function value(group) {
  const [first] = group.all;
  if (first.matches("[type=checkbox], [type=radio]")) return group.all.filter((one) => one.checked).map(ticked).join("\n");
  if (first.multiple) return [...first.selectedOptions].map((one) => one.value).join("\n");
  return first.value;
}

function set(group, wanted) {
  const values = wanted.split("\n");
  for (const one of group.all) {
    if (one.matches("[type=checkbox], [type=radio]")) one.checked = wanted !== "" && values.includes(ticked(one));
    else if (one.multiple) for (const option of one.options) option.selected = values.includes(option.value);
    else one.value = wanted;
  }
}

const plain = (text) => (/^-?\d+([.,]\d+)?$/.test(text) ? String(Number(text.replace(",", "."))) : text.trim());
const same = (a, b) => a === b || (plain(a) === plain(b) && !/^0\d/.test(a + b));

function sayCount(note, count, otherwise) {
  if (!count) {
    note.innerHTML = otherwise;
    return;
  }
  const bold = document.createElement("b");
  bold.textContent = (count === 1 ? note.dataset.one : note.dataset.many).replace("{n}", count);
  note.replaceChildren(bold, note.dataset.kept);
}

function listChanges(panel, changed) {
  const list = panel.querySelector("[data-kb-list]");
  const empty = panel.querySelector("[data-kb-empty]").textContent;
  panel.hidden = !changed.length;
  panel.querySelector("[data-kb-count]").textContent = changed.length;
  list.replaceChildren(...changed.map((group) => {
    const row = panel.querySelector("template").content.cloneNode(true);
    const label = title(group);
    row.querySelector(".kb-change-field").textContent = label;
    row.querySelector("del").textContent = shown(group, group.original) || empty;
    row.querySelector("ins").textContent = shown(group, value(group)) || empty;
    const back = row.querySelector("button");
    back.setAttribute("aria-label", back.dataset.label.replace("{field}", label));
    back.addEventListener("click", () => {
      set(group, group.original);
      group.all[0].dispatchEvent(new Event("change", { bubbles: true }));
      (list.querySelector("button") ?? group.all[0]).focus();
    });
    return row;
  }));
}

function title(group) {
  const [first] = group.all;
  const label = group.wrap?.querySelector(".kb-field-label, legend") ?? first.labels?.[0];
  return (label ? [...label.childNodes].filter((one) => !one.classList?.contains("kb-optional")).map((one) => one.textContent).join("") : first.name).trim();
}

// A value as people read it: the texts of options and ticks, not their keys.
function shown(group, text) {
  const [first] = group.all;
  const keys = text.split("\n");
  if (first.matches("select")) return [...first.options].filter((one) => keys.includes(one.value)).map((one) => one.textContent.trim()).join(", ");
  if (first.matches("[type=checkbox], [type=radio]")) {
    if (first.type === "checkbox" && group.all.length === 1) return text ? "✓" : "";
    return group.all.filter((one) => keys.includes(ticked(one))).map((one) => one.labels[0]?.textContent.trim() ?? one.value).join(", ");
  }
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

function keep(form, changed) {
  try {
    if (changed.length) sessionStorage.setItem(key(form), JSON.stringify(Object.fromEntries(changed.map((one) => [one.name, value(one)]))));
    else sessionStorage.removeItem(key(form));
  } catch { /* no room or no storage: then there is no draft */ }
}

function restore(form) {
  try {
    const draft = JSON.parse(sessionStorage.getItem(key(form)) ?? "{}");
    makeRoom(form, Object.keys(draft));
    for (const group of grouped(form)) if (typeof draft[group.name] === "string") set(group, draft[group.name]);
  } catch { /* an unreadable draft is no draft */ }
}

// A sent draft is dropped on the next page that is another or says something: then it was saved. If the server does not answer, coming back
// finds it; if it answers with the sign-in page or an error, the draft waits for its form.
function markSent(form) {
  try { sessionStorage.setItem("kb-sent", key(form)); } catch { /* no storage */ }
}

function forgetSent() {
  try {
    const sent = sessionStorage.getItem("kb-sent");
    if (document.querySelector("[data-kb-unsaved]")) {
      sessionStorage.removeItem("kb-sent");
      return;
    }
    if (!sent || (sent.startsWith(here) && !document.querySelector("[data-kb-toast]"))) return;
    sessionStorage.removeItem(sent);
    sessionStorage.removeItem("kb-sent");
  } catch { /* no storage */ }
}

let lastProblem = null;

function nextProblem(event) {
  event.preventDefault();
  const wrong = [...document.querySelectorAll("[aria-invalid=true]")];
  lastProblem = wrong[(wrong.indexOf(lastProblem) + 1) % wrong.length];
  lastProblem?.focus();
}

function markSection(link) {
  const all = document.querySelectorAll(".kb-sections a");
  const section = document.getElementById(decodeURIComponent(link.hash.slice(1)))?.closest("section[id]");
  for (const one of all) one.classList.toggle("kb-on", one.hash === link.hash || (section && one.hash === `#${section.id}`));
}

// The typed name: only a help for the eye, the server decides.
function matchName(field) {
  const mark = field.parentElement.querySelector(".kb-match-mark > *");
  const bare = (text) => text.trim().replace(/\s+/g, " ").toLocaleLowerCase();
  const look = () => { mark.hidden = bare(field.value) !== bare(field.dataset.kbExpected); };
  field.addEventListener("input", look);
  look();
}
