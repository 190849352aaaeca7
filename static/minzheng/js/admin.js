// An autocomplete of the admin has no name for a screen reader while it is empty: it gets its field's label. Boxes
// are made after the page is loaded, and again when a row is added, so they are named when they appear.
function nameBoxes() {
  for (const box of document.querySelectorAll(".select2-selection[role=combobox]:not([data-named])")) {
    const select = box.closest(".select2-container")?.previousElementSibling;
    const label = select?.labels?.[0];
    if (!label) continue;
    label.id ||= `${select.id}-label`;
    box.dataset.named = "";
    for (const one of [box, ...box.querySelectorAll("[role=textbox]")])
      one.setAttribute("aria-labelledby", `${label.id} ${one.getAttribute("aria-labelledby") ?? ""}`.trim());
  }
}
new MutationObserver(nameBoxes).observe(document.documentElement, { childList: true, subtree: true });
