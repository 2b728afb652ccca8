// The now page keeps itself fresh while somebody looks at it, until they stop it. Without this
// script there is the link that asks for the page again.
"use strict";

const EVERY = 30_000; // milliseconds

const bar = document.getElementById("refreshing");
const place = document.getElementById("now");
const button = document.createElement("button");
const state = document.createElement("span");
let paused = false;
let busy = false;
let due = Date.now() + EVERY;

button.type = "button";
button.className = "quiet small";
state.setAttribute("role", "status");
bar.append(button, state);
tell("");

button.addEventListener("click", () => {
  paused = !paused;
  tell("");
  if (!paused) refresh();
});
document.addEventListener("visibilitychange", refreshIfDue);
setInterval(refreshIfDue, 1000);

function tell(problem) {
  button.textContent = paused ? bar.dataset.resume : bar.dataset.pause;
  state.textContent = paused ? "" : problem || bar.dataset.refreshing;
}

function refreshIfDue() {
  if (!paused && document.visibilityState === "visible" && Date.now() >= due) refresh();
}

// Whoever reads the figures of a chart, or has the focus in what would be replaced, keeps it.
function isInUse() {
  return place.querySelector("details[open]") !== null || place.contains(document.activeElement);
}

async function refresh() {
  if (busy) return;
  due = Date.now() + EVERY;
  if (isInUse()) return;
  busy = true;
  try {
    const answer = await fetch(bar.dataset.part, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.statusText);
    const read = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (paused || isInUse()) return;
    place.replaceChildren(...read.body.childNodes);
    tell("");
  } catch {
    tell(bar.dataset.failed);
  } finally {
    busy = false;
  }
}
