// Forms whose answer can be watched: a form with data-live="/path/events" is answered by
// server-sent events, shown in the element whose id is in data-live-into. Without this script, or
// when events do not come through, the form is sent as usual.
//
//   show   HTML of ours, in place of what was there
//   step   text, as one more line of the list of class "steps" there
//   done   as show; then the answer is complete
//
// With data-live-page the address and the title of the page become those of the answer.
"use strict";

const here = () => location.pathname + location.search;
let watched = null;
let shown = here();

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.dataset.live || !window.EventSource || form.dataset.sent) return;
  event.preventDefault();
  const asked = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...asked]) if (!value.trim()) asked.delete(name);
  watch(form, asked);
});

addEventListener("popstate", () => {
  // Links within the page come by here as well.
  if (here() !== shown) location.reload();
});

function watch(form, asked) {
  const into = document.getElementById(form.dataset.liveInto);
  const separator = form.dataset.live.includes("?") ? "&" : "?";
  let begun = false;
  watched?.close();
  watched = new EventSource(`${form.dataset.live}${separator}${asked}`);
  const source = watched;
  for (const button of form.querySelectorAll("button")) button.disabled = true;

  source.addEventListener("show", (event) => {
    replace(into, event.data);
    if (!begun && form.dataset.livePage) {
      history.pushState(null, "", `${form.dataset.livePage}?${asked}`);
      shown = here();
      into.querySelector('[tabindex="-1"]')?.focus();
    }
    begun = true;
  });
  source.addEventListener("step", (event) => {
    const line = document.createElement("li");
    line.textContent = event.data;
    into.querySelector(".steps")?.append(line);
  });
  source.addEventListener("done", (event) => {
    source.close();
    replace(into, event.data);
    if (form.dataset.livePage) document.title = into.querySelector("h1")?.textContent ?? document.title;
    into.querySelector('[tabindex="-1"]')?.focus();
    for (const button of form.querySelectorAll("button")) button.disabled = false;
  });
  source.addEventListener("error", () => {
    // Also what the server refuses: the ordinary page says why.
    source.close();
    for (const button of form.querySelectorAll("button")) button.disabled = false;
    if (form.dataset.livePage) {
      location.assign(`${form.dataset.livePage}?${asked}`);
    } else if (form.isConnected) {
      form.dataset.sent = "yes";
      form.requestSubmit();
    } else {
      location.reload();
    }
  });
}

function replace(place, html) {
  const read = new DOMParser().parseFromString(html, "text/html");
  place.replaceChildren(...read.body.childNodes);
}
