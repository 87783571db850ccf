// The keyboard map. A key printed on a button works because the button says so in aria-keyshortcuts; the rest is here.
// Keys do nothing inside text fields (but Ctrl ones and Escape), and nothing at all when they are switched off in the profile.
import { closeOpen, partOf } from "./menu.js";
import { openPalette } from "./palette.js";
import { clearTicks, rowBoxes, tickAll } from "./rows.js";

const GO = { c: "/customers/", k: "/contacts/", l: "/labels/", i: "/imports/", b: "/bin/" };
const FIELD = "input:not([type=checkbox], [type=radio], [type=submit]), textarea, select, [contenteditable]";
let waiting = 0;
let cursor = null;

export function startKeys() {
  for (const button of document.querySelectorAll("[data-kb-help]")) {
    button.hidden = false;
    button.addEventListener("click", () => help(button));
  }
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) return escape(event);
    if (document.documentElement.dataset.keys === "off" || event.defaultPrevented || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    if (press(event)) event.preventDefault();
  });
}

function press(event) {
  const ctrl = event.ctrlKey || event.metaKey;
  const typing = event.target.closest?.(FIELD);
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (ctrl && !event.altKey) {
    if (key === "k") return openPalette() || focusOn("#kb-search-all") || follow("[data-kb-search-link]");
    if (key === "s") return shortcut("Control+S");
    if (key === "Enter") return shortcut("Control+Enter") || (!typing && openRow(true));
    if (key === "z") return !typing && shortcut("Control+Z");
    if (key === "a") return !typing && tickPage();
    return false;
  }
  if (typing || ctrl || event.altKey) return false;
  if (waiting) {
    clearTimeout(waiting);
    waiting = 0;
    return follow(`[data-kb-jump="${CSS.escape(key)}"], .kb-nav a[href$="${GO[key] ?? "?"}"]`);
  }
  if (event.shiftKey && (key === "ArrowDown" || key === "ArrowUp")) return range(key === "ArrowDown" ? 1 : -1);
  if (key === "?") return help(document.querySelector("[data-kb-help]"));
  if (event.shiftKey) return false;
  const onControl = event.target.closest?.("a, button, summary, input");
  switch (key) {
    case "g": waiting = setTimeout(() => { waiting = 0; }, 1500); return true;
    case "/": return focusOn("[data-kb-search]") || focusOn("#kb-search-all");
    case "j": return move(1) || follow("[data-kb-go=next]");
    case "k": return move(-1) || follow("[data-kb-go=prev]");
    case "ArrowDown": return !onControl && cursor && move(1);
    case "ArrowUp": return !onControl && cursor && move(-1);
    case "x": return tick();
    case "Enter": return !onControl && openRow(false);
    default:
  }
  if (/^[1-9]$/.test(key)) return follow(`.kb-tabs > a:nth-of-type(${key})`);
  return /^[a-z]$/.test(key) && shortcut(key.toUpperCase());
}

// The visible button, link or menu that carries this shortcut; the bar of the ticked rows wins.
function shortcut(name) {
  const found = [...document.querySelectorAll(`[aria-keyshortcuts="${name}"]`)].filter((one) => one.offsetParent !== null || one.getClientRects().length);
  const target = found.find((one) => one.closest(".kb-bulk")) ?? found[0];
  if (!target || target.disabled) return false;
  if (target.matches("input, select, textarea")) target.focus();
  else target.click();
  return true;
}

function focusOn(selector) {
  const field = document.querySelector(selector);
  if (!field?.getClientRects().length) return false;
  field.focus();
  field.select?.();
  return true;
}

function follow(selector) {
  const link = document.querySelector(selector);
  if (!link) return false;
  link.click();
  return true;
}

// The list of keys is fetched when it is asked for the first time.
function help(button) {
  if (!button) return false;
  const dialog = document.getElementById("kb-keys");
  if (dialog) dialog.showModal();
  else partOf(button.dataset.href).then(showKeys);
  return true;
}

function showKeys(list) {
  const dialog = document.createElement("dialog");
  dialog.id = "kb-keys";
  dialog.className = "kb-dialog";
  dialog.setAttribute("aria-label", list.getAttribute("aria-label"));
  dialog.append(...list.childNodes);
  for (const button of dialog.querySelectorAll("[data-kb-js]")) button.hidden = false;
  document.body.append(dialog);
  dialog.showModal();
}

const rows = () => [...document.querySelectorAll("[data-kb-rows] > tbody > tr:not(.kb-group)")];

function move(step) {
  const all = rows();
  if (!all.length) return false;
  const next = all[Math.min(all.length - 1, Math.max(0, all.indexOf(cursor) + (cursor ? step : step > 0 ? 1 : 0)))] ?? all[0];
  cursor?.classList.remove("kb-cursor");
  cursor = next;
  cursor.classList.add("kb-cursor");
  cursor.scrollIntoView({ block: "nearest" });
  (cursor.querySelector("th a") ?? cursor.querySelector("a, .kb-tick input"))?.focus({ preventScroll: true });
  return true;
}

function tick() {
  const row = document.activeElement.closest?.("[data-kb-rows] tr") ?? cursor;
  const box = row?.querySelector(".kb-tick :enabled");
  if (!box) return false;
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

function range(step) {
  const box = cursor?.querySelector(".kb-tick :enabled");
  if (box) box.checked = true;
  if (!move(step)) return false;
  const next = cursor.querySelector(".kb-tick :enabled");
  if (next) next.checked = true;
  document.dispatchEvent(new Event("kb-ticks"));
  return true;
}

// Once: this page. Once more: everything that matches the list.
function tickPage() {
  const boxes = rowBoxes().filter((box) => !box.disabled);
  if (!boxes.length || !document.querySelector("[data-kb-rows]")?.contains(document.activeElement)) return false;
  const everything = document.querySelector("[data-kb-everything]");
  if (boxes.every((box) => box.checked) && everything) everything.checked = true;
  tickAll(true);
  document.dispatchEvent(new Event("kb-ticks"));
  return true;
}

function openRow(elsewhere) {
  const link = cursor?.querySelector("th a[href]");
  if (!link) return false;
  if (elsewhere) window.open(link.href, "_blank", "noopener");
  else link.click();
  return true;
}

function escape(event) {
  if (document.querySelector("dialog[open]")) return;
  if (closeOpen()) return event.preventDefault();
  const typing = event.target.closest?.(FIELD);
  if (typing) return typing.blur();
  if (document.documentElement.dataset.keys === "off") return;
  if (clearTicks()) return;
  if (cursor) {
    cursor.classList.remove("kb-cursor");
    cursor = null;
    return;
  }
  document.querySelector('main a[aria-keyshortcuts="Escape"]:not([data-kb-clear])')?.click();
}
