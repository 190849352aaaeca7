// Tells a screen reader (and nobody else) what has just happened.
export function say(words) {
  const live = document.getElementById("live");
  if (live) live.textContent = words;
}
