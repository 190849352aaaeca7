// The page's small habits: search key, copy link, unsaved-work warning. Every widget works on attributes, none keeps global state.
import { watchForms } from "./dirty.js";
import { watchSelection } from "./selection.js";
import { hideRevealedOnLeave } from "./masked.js";
import { say } from "./say.js";

function typing(target) {
  return target.closest("input, textarea, select, [contenteditable]");
}

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.ctrlKey && !event.altKey && !event.metaKey && !typing(event.target)) {
    const box = document.getElementById("search");
    if (box) { event.preventDefault(); box.focus(); box.select(); }
  }
  if (event.key === "Escape") {
    const open = event.target.closest("details[data-pop][open]");
    if (open) { open.open = false; open.querySelector("summary").focus(); }
  }
  const row = event.target.closest?.("tr[data-row]");
  if (event.key === "Enter" && row && event.target.type === "checkbox") {
    const link = row.querySelector("a.name");
    if (link) { event.preventDefault(); link.click(); }
  }
});

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy-link]");
  if (button) {
    try {
      await navigator.clipboard.writeText(location.href);
      say("已复制本页链接");
      button.textContent = "已复制";
    } catch {
      say("浏览器不允许复制，请在地址栏复制");
    }
  }
  if (event.target.closest("[data-print]")) { event.preventDefault(); window.print(); }
});

document.addEventListener("DOMContentLoaded", () => document.querySelector("[data-focus]")?.focus());
document.addEventListener("htmx:afterSwap", (event) => {
  const words = event.detail.target?.dataset?.announce;
  if (words) say(words);
});

watchForms();
watchSelection();
hideRevealedOnLeave();
