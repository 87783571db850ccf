// The form of a new record: rows of which there can be more, and what is there already that is like what is typed.
const WAIT = 300;

export function startNew() {
  for (const button of document.querySelectorAll("[data-kb-repeat]")) {
    button.addEventListener("click", (event) => {
      event.preventDefault();
      addRow(button)?.querySelector("input").focus();
    });
  }
  for (const form of document.querySelectorAll("[data-kb-alike]")) {
    let timer = 0;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => ask(form), WAIT);
    });
  }
}

// One more row like the last one, with nothing in it.
function addRow(button) {
  const name = button.dataset.kbRepeat;
  const rows = document.querySelectorAll(`[data-kb-repeats="${name}"]`);
  if (rows.length >= Number(button.dataset.most)) return null;
  const last = rows[rows.length - 1];
  const row = last.cloneNode(true);
  for (const gone of row.querySelectorAll(".kb-error, [data-kb-alike-note]")) gone.remove();
  for (const one of row.querySelectorAll("[id], [name], [for]")) {
    for (const attribute of ["id", "name", "for"]) {
      if (one.hasAttribute(attribute)) one.setAttribute(attribute, one.getAttribute(attribute).replace(`${name}-${rows.length - 1}-`, `${name}-${rows.length}-`));
    }
  }
  for (const one of row.querySelectorAll("input")) {
    one.classList.remove("is-invalid");
    for (const attribute of ["aria-invalid", "aria-describedby", "checked", "data-original"]) one.removeAttribute(attribute);
    one.checked = false;
    if (one.type !== "checkbox") {
      one.value = "";
      one.setAttribute("value", "");
    }
  }
  const legend = row.querySelector("legend");
  legend.textContent = legend.textContent.replace(rows.length, rows.length + 1);
  last.after(row);
  button.form.dispatchEvent(new Event("kb-rows"));
  return row;
}

// As many rows as a draft has, before it is put back.
export function makeRoom(form, names) {
  for (const button of form.querySelectorAll("[data-kb-repeat]")) {
    const prefix = `${button.dataset.kbRepeat}-`;
    const mine = names.filter((name) => name.startsWith(prefix));
    while (mine.some((name) => !form.elements[name]) && addRow(button)) { /* until there is a place for each */ }
  }
}

let asked = 0;

async function ask(form) {
  const typed = new FormData(form);
  const query = new URLSearchParams();
  for (const name of ["kind", "company_name", "first_name", "last_name", "number", "vat_number", "email"]) {
    if (typed.get(name)) query.set(name, typed.get(name));
  }
  const turn = asked += 1;
  try {
    const answer = await fetch(`${form.dataset.kbAlike}?${query}`, { headers: { Accept: "application/json" } });
    const told = answer.ok ? await answer.json() : {};
    if (turn !== asked) return;
    for (const name of ["company_name", "last_name", "number", "vat_number", "email"]) tell(form.elements[name], told[name] ?? []);
  } catch { /* saving asks again */ }
}

function tell(field, twins) {
  const place = field?.closest("[data-kb-field]");
  if (!place) return;
  let note = place.querySelector("[data-kb-alike-note]");
  if (!note) {
    if (!twins.length) return;
    note = document.createElement("p");
    note.className = "kb-hint kb-text kb-warn";
    note.dataset.kbAlikeNote = "";
    note.setAttribute("role", "status");
    place.append(note);
  }
  const lines = twins.map((twin) => {
    const link = document.createElement("a");
    link.href = twin.href;
    link.target = "_blank";
    link.textContent = twin.text;
    const line = document.createElement("span");
    line.className = "d-block";
    line.append(link, ` (${twin.why})`);
    return line;
  });
  note.replaceChildren(...lines);
}
