// Row selection: count, persons and sum of what is ticked; "选中全部" (the whole filter, not this page) is a separate act.
const format = new Intl.NumberFormat("zh-CN", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

function sums(rows) {
  const persons = rows.reduce((n, row) => n + Number(row.dataset.persons || 0), 0);
  const fen = rows.reduce((n, row) => n + Math.round(Number(row.dataset.amount || 0) * 100), 0);
  const parts = [];
  if (rows.some((row) => row.dataset.persons)) parts.push(`${persons} 人`);
  if (rows.some((row) => row.dataset.amount)) parts.push(`${format.format(fen / 100)} 元`);
  return parts.join("，");
}

function refresh(list) {
  const boxes = [...list.querySelectorAll("input[data-pick]")];
  const picked = boxes.filter((box) => box.checked);
  for (const box of boxes) box.closest("tr").classList.toggle("selected", box.checked);
  const bar = list.querySelector("[data-bulk]");
  const all = list.querySelector("input[data-pick-page]");
  const whole = list.querySelector("input[name=whole]");
  if (all) { all.checked = picked.length > 0 && picked.length === boxes.length; all.indeterminate = picked.length > 0 && !all.checked; }
  if (!bar) return;
  bar.hidden = picked.length === 0;
  const everything = whole.value === "1";
  bar.querySelector(".count").textContent = everything ? `已选全部 ${bar.dataset.total}` : `已选 ${picked.length} ${bar.dataset.unit}`;
  bar.querySelector(".sums").textContent = everything ? bar.dataset.totalWords : sums(picked.map((box) => box.closest("tr")));
}

export function watchSelection() {
  document.addEventListener("change", (event) => {
    const list = event.target.closest("[data-list]");
    if (!list || !event.target.matches("[data-pick], [data-pick-page]")) return;
    if (event.target.matches("[data-pick-page]")) {
      for (const box of list.querySelectorAll("input[data-pick]")) box.checked = event.target.checked;
    }
    const whole = list.querySelector("input[name=whole]");
    if (whole) whole.value = "";
    refresh(list);
  });
  document.addEventListener("click", (event) => {
    const act = event.target.closest("[data-whole], [data-unpick]");
    const list = act?.closest("[data-list]");
    if (!list) return;
    for (const box of list.querySelectorAll("input[data-pick]")) box.checked = act.matches("[data-whole]");
    list.querySelector("input[name=whole]").value = act.matches("[data-whole]") ? "1" : "";
    refresh(list);
  });
  for (const list of document.querySelectorAll("[data-list]")) if (list.querySelector("[data-bulk]")) refresh(list);
}
