// A revealed number goes back behind its mask when the page is left or hidden, also in the browser's back cache.
function hideAll() {
  for (const box of document.querySelectorAll("[data-revealed]")) {
    const full = box.querySelector(".full");
    if (full) { full.textContent = box.dataset.mask; full.classList.remove("full"); }
    delete box.dataset.revealed;
  }
}

export function hideRevealedOnLeave() {
  window.addEventListener("pagehide", hideAll);
  document.addEventListener("visibilitychange", () => { if (document.hidden) hideAll(); });
}
