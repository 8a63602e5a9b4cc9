// While somebody types: asks the server what it may be the same as, a moment after the last key. Without this script
// the question is asked when the form is sent.
(function () {
  "use strict";
  var box = document.getElementById("near"), said = document.getElementById("said"), ask = document.getElementById("ask");
  if (document.querySelector(".near")) return;
  if (!box || !said || !window.fetch || !window.FormData || !window.AbortController) return;
  var names = ["said", "address", "town", "lat", "lon"], waiting = 0, asked = "", running = null;
  function typed() {
    var data = new FormData();
    names.forEach(function (name) { data.append(name, document.getElementById(name).value); });
    return data;
  }
  function look() {
    var data = typed(), now = names.map(function (name) { return data.get(name); }).join("\n");
    if (said.value.trim().length < 6) { box.textContent = ""; asked = ""; return; }
    if (now === asked) return;
    asked = now;
    if (running) running.abort();
    running = new AbortController();
    fetch(box.dataset.near, { method: "POST", body: data, signal: running.signal, credentials: "same-origin" })
      .then(function (answer) { return answer.ok ? answer.text() : ""; })
      .then(function (piece) {
        var fresh = document.createElement("div");
        fresh.innerHTML = piece;
        if (box.textContent !== fresh.textContent) box.replaceChildren.apply(box, fresh.childNodes);
        if (ask) ask.value = "";
      })
      .catch(function () { /* the next key asks again; the form works without */ });
  }
  function soon() { clearTimeout(waiting); waiting = setTimeout(look, 700); }
  names.slice(0, 3).forEach(function (name) {
    var field = document.getElementById(name);
    field.addEventListener("input", soon);
    field.addEventListener("change", soon);
  });
  if (said.value) soon();
})();
