// Ticking rows: the tick in the head, ranges with Shift, the count in the bar, and "select all" beyond this page.
export function startRows() {
  for (const mark of document.querySelectorAll("[data-kb-js]")) mark.hidden = false;
  document.addEventListener("mouseover", nameInFull);
  const bar = document.querySelector("[data-kb-bulk]");
  const everything = document.querySelector("[data-kb-everything]");
  const boxes = rowBoxes();
  if (!boxes.length) return;
  let last = null;

  document.addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches?.("[name=rowid]")) return;
    if (event.shiftKey && last && last !== box) between(last, box).forEach((other) => { other.checked = box.checked; });
    last = box;
  });
  document.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches?.("[data-kb-all]")) tickAll(box.checked, box.closest("table"));
    else if (box === everything) { if (box.checked) tickAll(true); }
    else if (box.matches?.("[name=rowid]")) { if (everything && !box.checked) everything.checked = false; }
    else return;
    show();
  });
  bar?.querySelector("[data-kb-clear]")?.addEventListener("click", (event) => {
    event.preventDefault();
    clearTicks();
  });
  document.addEventListener("kb-ticks", show);
  window.addEventListener("pageshow", show);
  show();

  function show() {
    for (const head of document.querySelectorAll("[data-kb-all]")) {
      const mine = rowBoxes(head.closest("table")).filter((box) => !box.disabled);
      const ticked = mine.filter((box) => box.checked).length;
      head.checked = ticked > 0 && ticked === mine.length;
      head.indeterminate = ticked > 0 && ticked < mine.length;
    }
    const text = bar?.querySelector(".kb-bulk-count");
    if (!text) return;
    const ticked = rowBoxes().filter((box) => box.checked).length;
    const count = everything?.checked ? bar.dataset.total : ticked;
    const shown = /^\d+$/.test(count) ? Number(count).toLocaleString(document.documentElement.lang) : count;
    const said = !ticked ? "" : String(count) === "1" ? text.dataset.one : text.dataset.many.replace("{n}", shown);
    if (text.textContent !== said) text.textContent = said;
    for (const note of bar.querySelectorAll("[data-kb-selected]")) note.textContent = shown;
  }
}

// A name that is cut off is shown whole by the mouse.
function nameInFull(event) {
  const cell = event.target.closest?.(".kb-name");
  if (cell && cell.scrollWidth > cell.clientWidth) cell.title = cell.textContent.trim();
}

export function rowBoxes(table = document) {
  return [...table.querySelectorAll("[name=rowid]")];
}

export function tickAll(on, table = document) {
  for (const box of rowBoxes(table)) if (!box.disabled) box.checked = on;
  const everything = document.querySelector("[data-kb-everything]");
  if (!on && everything) everything.checked = false;
}

// True when something was ticked.
export function clearTicks() {
  const some = rowBoxes().some((box) => box.checked);
  tickAll(false);
  document.dispatchEvent(new Event("kb-ticks"));
  return some;
}

function between(one, other) {
  const boxes = rowBoxes().filter((box) => !box.disabled);
  const [from, to] = [boxes.indexOf(one), boxes.indexOf(other)].sort((a, b) => a - b);
  return from < 0 ? [] : boxes.slice(from, to + 1);
}
