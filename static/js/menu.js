// Menus are details elements: one open at a time, closed by a click outside or Escape. The narrow screen's menu is a :target.
const MENU = "details[data-kb-menu]";

export function startMenus() {
  document.addEventListener("click", openRowMenu);
  document.addEventListener("click", openForm);
  document.addEventListener("toggle", (event) => {
    const opened = event.target;
    if (!opened.matches?.(MENU) || !opened.open) return;
    for (const other of document.querySelectorAll(`${MENU}[open]`)) {
      if (other !== opened && !other.contains(opened)) other.open = false;
    }
    place(opened);
    opened.querySelector(".kb-pop-form :is(input:not([type=hidden]), select)")?.focus();
  }, true);
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(`${MENU}[open]`)) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest?.(`${MENU}[open]`);
    if (!menu || !["ArrowDown", "ArrowUp"].includes(event.key) || event.target.matches("input, select, textarea")) return;
    const items = [...menu.querySelectorAll("a.kb-pop-item, button.kb-pop-item")];
    if (!items.length) return;
    event.preventDefault();
    event.stopPropagation();
    const now = items.indexOf(document.activeElement);
    const step = event.key === "ArrowDown" ? 1 : -1;
    items[now < 0 && step < 0 ? items.length - 1 : (now + step + items.length) % items.length].focus();
  });
  for (const select of document.querySelectorAll("select[data-kb-submit]")) {
    select.addEventListener("change", () => select.form.requestSubmit());
  }
  for (const button of document.querySelectorAll("[data-kb-reveal]")) {
    const field = document.getElementById(button.dataset.kbReveal);
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = field.type === "password";
      field.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
    });
  }
  const tab = document.querySelector(".kb-tabs [aria-current]");
  if (tab) tab.parentNode.scrollLeft = tab.offsetLeft - 99;
  for (const form of document.querySelectorAll("[data-kb-logout]")) {
    form.addEventListener("submit", () => sessionStorage.clear());
  }
}

// The button of a row leads to its card, where all verbs are; here it opens them at once, from the one menu of the page.
function openRowMenu(event) {
  const link = plainly(event, "a[data-kb-more]");
  const verbs = document.getElementById("kb-row-menu");
  if (!link || !verbs) return;
  stop(event);
  const row = link.closest("tr");
  const panel = document.createElement("div");
  panel.className = "kb-pop";
  panel.append(verbs.content.cloneNode(true));
  const state = "kbArchived" in row.dataset ? "archived" : "active";
  for (const item of panel.querySelectorAll("a")) {
    if ((item.dataset.when ?? state) !== state) item.remove();
    else item.href = item.getAttribute("href").replace(/id=0(?=&|$)/, `id=${row.dataset.kbId}`);
  }
  becomeMenu(link, panel, "kb-menu-end").querySelector("summary").focus();
}

// A link to a small form opens it here, within the page.
async function openForm(event) {
  const link = plainly(event, "a[data-kb-pops]");
  if (!link) return;
  stop(event);
  if (link.ariaBusy) return;
  link.ariaBusy = "true";
  const form = await partOf(link.href);
  form.classList.replace("kb-card", "kb-pop");
  form.style.left = `${Math.min(0, innerWidth - 320 - link.getBoundingClientRect().x)}px`;
  becomeMenu(link, form, "kb-menu-start").querySelector("summary").focus();
}

// The marked part of another page, or off to that page.
export async function partOf(address) {
  try {
    const answer = await fetch(address);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return document.adoptNode(page.querySelector("[data-kb-popped]"));
  } catch {
    location.assign(address);
    return new Promise(() => {});
  }
}

// The link of a plain click.
function plainly(event, selector) {
  return !event.ctrlKey && !event.metaKey && !event.shiftKey && event.target.closest?.(selector);
}

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

// Puts an open menu in the place of a link.
function becomeMenu(link, panel, side) {
  const menu = document.createElement("details");
  menu.className = `kb-menu ${side}`;
  menu.dataset.kbMenu = "";
  const summary = document.createElement("summary");
  summary.className = link.className;
  for (const name of ["aria-labelledby", "aria-keyshortcuts", "data-kb-more"]) {
    if (link.hasAttribute(name)) summary.setAttribute(name, link.getAttribute(name));
  }
  summary.append(...link.childNodes);
  menu.append(summary, panel);
  link.replaceWith(menu);
  menu.open = true;
  return menu;
}

// A scrolling table would cut a menu off: it stands free, beside its button.
function place(menu) {
  const panel = menu.querySelector(".kb-pop");
  if (!panel || !menu.closest(".kb-scroll")) return;
  const box = menu.getBoundingClientRect();
  panel.style.position = "fixed";
  panel.style.right = `${Math.max(8, document.documentElement.clientWidth - box.right)}px`;
  panel.style.left = "auto";
  const below = box.bottom + panel.offsetHeight + 8 < window.innerHeight;
  panel.style.top = `${below ? box.bottom + 4 : Math.max(8, box.top - panel.offsetHeight - 4)}px`;
  panel.style.bottom = "auto";
  menu.closest(".kb-scroll").addEventListener("scroll", () => { menu.open = false; }, { once: true });
}

// Escape closes the innermost open thing; true when there was one.
export function closeOpen() {
  const open = [...document.querySelectorAll(`${MENU}[open]`)].pop();
  if (open) {
    open.open = false;
    open.querySelector("summary").focus();
    return true;
  }
  if (location.hash === "#menu") {
    location.hash = "#main";
    document.querySelector("[data-kb-open-menu]")?.focus();
    return true;
  }
  return false;
}
