/* Keys of the linkage desk: an answer is one key away. Single keys can be switched off in the help, and never act while someone types. */
(function () {
  "use strict";
  const OF = { 1: "same", s: "same", 2: "different", d: "different", 3: "unsure", u: "unsure", 4: "skip", " ": "skip" };
  const on = document.getElementById("keys-on"), help = document.getElementById("keys");
  const held = "karvan-linkage-keys";
  try { on.checked = localStorage.getItem(held) !== "off"; } catch (blocked) { /* the choice lasts as long as the page */ }
  on.addEventListener("change", function () { try { localStorage.setItem(held, on.checked ? "on" : "off"); } catch (blocked) { /* as above */ } });

  const buttons = () => Array.from(document.querySelectorAll("#answers .answer"));
  const typing = (target) => target.matches("input, textarea, select") && target.type !== "checkbox";

  function arrow(step) {
    const all = buttons(), at = all.indexOf(document.activeElement);
    all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length].focus();
  }

  document.addEventListener("keydown", function (pressed) {
    if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || help.open) return;
    const key = pressed.key.length === 1 ? pressed.key.toLowerCase() : pressed.key;
    if (typing(pressed.target)) { if (key === "Escape") pressed.target.blur(); return; }
    if (key === "ArrowLeft" || key === "ArrowRight") { pressed.preventDefault(); arrow(key === "ArrowRight" ? 1 : -1); return; }
    if (key === "?") { pressed.preventDefault(); help.showModal(); return; }
    if (!on.checked || (key === " " && pressed.target.matches("button, a, summary"))) return;
    if (key === "r") { pressed.preventDefault(); document.getElementById("reason").focus(); return; }
    if (key === "z") { const undo = document.querySelector("#undo button"); if (undo) { pressed.preventDefault(); undo.click(); } return; }
    const chosen = OF[key] && buttons().find((button) => button.value === OF[key]);
    if (chosen && !chosen.disabled && !pressed.repeat) { pressed.preventDefault(); chosen.click(); }
  });

  function ready() {
    const show = document.getElementById("show-keys");
    document.querySelectorAll(".hints").forEach(function (hints) { hints.hidden = false; });
    if (show) { show.hidden = false; show.addEventListener("click", function () { help.showModal(); }); }
  }
  document.addEventListener("htmx:afterSettle", function () { ready(); const pair = document.getElementById("pair"); if (pair) { pair.focus({ preventScroll: true }); window.scrollTo(0, 0); } });
  ready();
})();
