// The incident page: times as the visitor's clock shows them, too, and the seconds until the next
// look. Looking again as it happens is in live.js. Without scripts the page is whole all the same.
"use strict";

function addLocalTimes(place) {
  const { local, locale } = document.body.dataset;
  for (const time of place.querySelectorAll("time")) {
    const moment = new Date(time.dateTime);
    if (moment.getTimezoneOffset() === 0) continue;
    const text = moment.toLocaleString(locale, { dateStyle: "long", timeStyle: "short" });
    const added = document.createElement("span");
    added.className = "hint";
    added.textContent = local.replace("{moment}", text);
    time.after(" ", added);
  }
}

addLocalTimes(document);

const looks = document.getElementById("look");
let clock = 0;

function countDown() {
  clearInterval(clock);
  const line = looks.querySelector(".countdown");
  if (!line) return;
  const end = Date.now() + 1000 * Number(line.dataset.pause);
  const tick = () => {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    line.textContent = line.dataset.sentence.replace("{seconds}", left);
  };
  tick();
  clock = setInterval(tick, 1000);
}

if (looks) {
  const show = () => {
    addLocalTimes(looks);
    countDown();
  };
  // New looks come as children; what is added within them does not call for more.
  new MutationObserver(show).observe(looks, { childList: true });
}
