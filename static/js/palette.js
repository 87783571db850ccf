// The palette: search and actions over any page, by keyboard. Without it the box in the top bar leads to the page of the search.
const WAIT = 120;
let form = null;
let parts = null;
let turn = 0;
let timer = 0;
let shown = "";

export function startPalette() {
  form = document.querySelector("form[data-kb-palette]");
  form?.querySelector("input").addEventListener("click", (event) => openPalette(event.target.value));
}

// True when there is a palette to open.
export function openPalette(text = "") {
  if (!form?.getClientRects().length) return false;
  parts ??= build();
  if (parts.dialog.open) return true;
  parts.input.value = text;
  parts.dialog.showModal();
  parts.input.select();
  load();
  return true;
}

function make(name, classes, attributes = {}) {
  const made = document.createElement(name);
  made.className = classes;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function build() {
  const box = form.querySelector("input");
  const name = box.getAttribute("aria-label");
  const dialog = make("dialog", "kb-dialog p-0 mt-5", { "aria-label": name });
  const head = make("div", "d-flex align-items-center gap-2 p-2 border-bottom");
  const input = make("input", "form-control form-control-lg", {
    type: "text", role: "combobox", "aria-label": name, placeholder: name, autocomplete: "off", spellcheck: "false",
    maxlength: "200", "aria-autocomplete": "list", "aria-controls": "kb-found", "aria-expanded": "false",
  });
  const list = make("div", "p-2", { id: "kb-found", role: "listbox", "aria-label": name });
  const said = make("p", "visually-hidden", { role: "status" });
  const foot = make("div", "kb-foot d-none d-md-flex align-items-center gap-3");
  head.append(input);
  dialog.append(head, list, said, foot);
  document.body.append(dialog);
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(load, WAIT);
  });
  input.addEventListener("keydown", press);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  return { dialog, input, list, said, foot };
}

async function load() {
  const mine = turn += 1;
  const asked = parts.input.value.trim();
  try {
    const answer = await fetch(`${form.dataset.kbPalette}?${new URLSearchParams({ q: asked })}`);
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const found = await answer.json();
    if (mine !== turn) return;
    shown = asked;
    show(found);
  } catch {
    if (mine === turn) show({ groups: [], said: "", hint: "" });
  }
}

function show(found) {
  const sprite = form.querySelector("use").getAttribute("href").split("#")[0];
  let count = 0;
  parts.list.replaceChildren(...found.groups.map((group, at) => {
    const box = make("div", "", { role: "group", "aria-labelledby": `kb-group-${at}` });
    const title = make("div", "kb-dim fw-semibold small px-2 pt-2", { id: `kb-group-${at}` });
    title.textContent = group.title;
    box.append(title, ...group.hits.map((hit) => option(hit, sprite, count += 1)));
    return box;
  }));
  parts.said.textContent = found.said;
  parts.foot.innerHTML = found.hint;
  parts.input.setAttribute("aria-expanded", String(count > 0));
  choose(options()[0]);
}

function option(hit, sprite, number) {
  const link = make("a", "kb-pop-item", { href: hit.href, role: "option", id: `kb-option-${number}`, tabindex: "-1", "aria-selected": "false" });
  link.innerHTML = '<svg class="kb-icon" aria-hidden="true"><use/></svg>';
  link.querySelector("use").setAttribute("href", `${sprite}#${hit.icon}`);
  const text = make("span", "text-truncate");
  const detail = make("span", "kb-dim ms-2");
  detail.append(...pieces(hit.detail));
  text.append(...pieces(hit.name), detail);
  link.append(text);
  link.addEventListener("pointermove", () => choose(link));
  return link;
}

function pieces(found) {
  return found.map(([text, isFound]) => {
    if (!isFound) return text;
    const mark = make("mark", "p-0");
    mark.textContent = text;
    return mark;
  });
}

const options = () => [...parts.list.querySelectorAll("[role=option]")];
const chosen = () => parts.list.querySelector("[aria-selected=true]");

function choose(next) {
  chosen()?.setAttribute("aria-selected", "false");
  next?.setAttribute("aria-selected", "true");
  if (next) parts.input.setAttribute("aria-activedescendant", next.id);
  else parts.input.removeAttribute("aria-activedescendant");
}

function press(event) {
  const all = options();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && all.length) {
    choose(all[(all.indexOf(chosen()) + step + all.length) % all.length]);
    chosen().scrollIntoView({ block: "nearest" });
  } else if (event.key === "Enter") {
    go(event.ctrlKey || event.metaKey);
  } else if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) {
    return;
  }
  event.preventDefault();
}

// What was typed since the list came is searched for on its page: the list is of something else.
function go(elsewhere) {
  const asked = parts.input.value.trim();
  const link = asked === shown && chosen();
  const address = link ? link.href : `${form.action}?${new URLSearchParams({ q: asked })}`;
  if (elsewhere) window.open(address, "_blank", "noopener");
  else location.assign(address);
}
