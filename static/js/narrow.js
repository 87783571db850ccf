// Narrows the lines of a table while typing, as the server does without JavaScript. What is not saved yet goes along there.
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function startNarrow() {
  const none = document.querySelector("[data-kb-none]");
  if (!none) return;
  const field = document.querySelector("[data-kb-search]");
  const form = none.closest("form");
  const along = (event, query) => {
    if (!form.querySelector(".kb-changed")) return;
    event.preventDefault();
    form.action = `${form.action.split("?")[0]}?${query}`;
    form.requestSubmit(form.elements.look);
  };
  field.addEventListener("input", () => {
    const words = plain(field.value).trim().split(/\s+/);
    const fits = ({ kbName, kbRest }) => words[0] ? kbName && words.every((word) => plain(kbName).includes(word)) : kbRest === undefined;
    const rows = [...none.parentElement.rows];
    for (const row of rows) row.hidden = !fits(row.dataset) && !row.querySelector(".kb-changed");
    none.hidden = rows.some((row) => row !== none && !row.hidden);
  });
  field.form.addEventListener("submit", (event) => along(event, new URLSearchParams(new FormData(field.form))));
  for (const way of document.querySelectorAll(".kb-seg a, [data-kb-name] a")) {
    way.addEventListener("click", (event) => {
      const query = new URLSearchParams(way.search);
      query.set("search", field.value);
      way.search = query;
      along(event, query);
    });
  }
}
