// Buttons that copy what stands beside them. Without this script they are not shown.
"use strict";

document.documentElement.classList.add("scripted");

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy");
  if (!button) return;
  const source = button.parentElement.querySelector("pre");
  if (!(await copy(source))) return;
  const label = button.textContent;
  if (label === button.dataset.copied) return;
  const name = button.getAttribute("aria-label");
  button.removeAttribute("aria-label"); // or the change would not be heard
  button.textContent = button.dataset.copied;
  setTimeout(() => {
    button.textContent = label;
    button.setAttribute("aria-label", name);
  }, 2000);
});

async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    // Without HTTPS there is no such clipboard: what is selected can still be copied.
    const range = document.createRange();
    range.selectNodeContents(source);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return document.execCommand("copy");
  }
}
