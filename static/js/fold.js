// A folded section stays folded on every card: the server is told in the background. Without JavaScript the profile has the list.
export function startFolds() {
  const token = document.querySelector("[name=csrf_token]");
  for (const section of document.querySelectorAll("details[data-kb-fold]")) {
    let open = section.open;
    section.addEventListener("toggle", () => {
      if (section.open === open) return;
      open = section.open;
      const body = new URLSearchParams({ section: section.dataset.kbFold, folded: open ? "" : "1", csrf_token: token ? token.value : "" });
      // Where it cannot be kept the section is as it is on this page, and nothing is lost.
      fetch("/profile/folded/one", { method: "POST", body, keepalive: true }).catch(() => {});
    });
  }
}
