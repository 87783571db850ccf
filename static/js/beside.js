// On a card opened from a list: the place in it, and no way on where there is none. Without JavaScript both links look it up.
export async function startBeside() {
  const place = document.querySelector("[data-kb-beside]");
  if (!place) return;
  try {
    const found = await (await fetch(place.dataset.kbBeside)).json();
    for (const link of place.querySelectorAll("[data-kb-go]")) {
      const address = found[link.dataset.kbGo];
      if (address) link.href = address;
      else link.remove();
    }
    place.querySelector("span:last-child").textContent = found.place;
  } catch {
    // The links still lead there.
  }
}
