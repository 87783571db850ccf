// The choice of a theme is posted in the background; where that fails, the form is sent.
export function startTheme() {
  for (const form of document.querySelectorAll("[data-kb-theme]")) {
    form.addEventListener("submit", async (event) => {
      const button = event.submitter;
      if (!button || button.name !== "theme" || form.dataset.plain) return;
      event.preventDefault();
      const data = new FormData(form);
      data.set("theme", button.value);
      try {
        const answer = await fetch(form.action, { method: "POST", body: data, redirect: "manual" });
        if (!answer.ok && answer.type !== "opaqueredirect") throw new Error(String(answer.status));
        show(button.value);
        for (const other of form.querySelectorAll("[name=theme]")) other.setAttribute("aria-pressed", String(other === button));
        const menu = form.closest("details");
        if (menu) {
          menu.open = false;
          menu.querySelector("summary").focus();
        }
      } catch {
        form.dataset.plain = "yes";
        form.requestSubmit(button);
      }
    });
  }
}

function show(theme) {
  if (theme) document.documentElement.dataset.bsTheme = theme;
  else delete document.documentElement.dataset.bsTheme;
}
