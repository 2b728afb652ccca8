// The incident page: times as the visitor's clock shows them, too, and the seconds until the next
// look. Looking again as it happens is in live.js. Without scripts the page is whole all the same.
"use strict";

for (const time of document.querySelectorAll("[data-local] time")) {
  const moment = new Date(time.dateTime);
  if (moment.getTimezoneOffset() === 0) continue;
  const text = moment.toLocaleString([], { dateStyle: "long", timeStyle: "short" });
  const local = document.createElement("span");
  local.className = "hint";
  local.textContent = time.closest("[data-local]").dataset.local.replace("{moment}", text);
  time.after(" ", local);
}

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

if (looks) new MutationObserver(countDown).observe(looks, { childList: true });
