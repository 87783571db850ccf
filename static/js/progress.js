// How far a job is: asked for every second. When it is over the page says how it ended.
export function startProgress() {
  const place = document.querySelector("[data-kb-progress]");
  if (place) setTimeout(() => look(place), 1000);
}

async function look(place) {
  try {
    const found = await (await fetch(place.dataset.kbProgress)).json();
    if (found.over) return location.reload();
    const bar = place.querySelector("progress");
    if (found.percent === null) bar.removeAttribute("value");
    else bar.value = found.percent;
    const texts = { "how-far": found.percent === null ? "" : `${found.percent} %`, rows: found.rows, now: found.now };
    for (const id in texts) document.getElementById(id).textContent = texts[id];
    place.querySelectorAll("[data-kb-step]").forEach((step, at) => {
      for (const mark of step.querySelectorAll("[data-kb-is]")) mark.hidden = mark.dataset.kbIs !== found.steps[at];
    });
  } catch { /* the next second may be better */ }
  setTimeout(() => look(place), 1000);
}
