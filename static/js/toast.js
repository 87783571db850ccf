// Toasts go away after 15 seconds, but never while someone points at them or stands in them. Undo stays reachable in the history.
const STAY = 15000;

export function startToasts() {
  for (const toast of document.querySelectorAll("[data-kb-toast]")) {
    let timer = 0;
    const start = () => { timer = setTimeout(() => toast.remove(), STAY); };
    const stop = () => clearTimeout(timer);
    for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, stop);
    for (const name of ["mouseleave", "focusout"]) toast.addEventListener(name, () => { stop(); start(); });
    const close = toast.querySelector("[data-kb-close]");
    if (close) {
      close.hidden = false;
      close.addEventListener("click", () => { stop(); toast.remove(); });
    }
    start();
  }
}
