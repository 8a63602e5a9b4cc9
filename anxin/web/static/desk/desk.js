// A form is sent once, however often its button is pressed; the server would take the second as the first anyway.
const free = (form) => {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-busy");
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
  setTimeout(free, 8000, form);
});
addEventListener("pageshow", () => [...document.forms].forEach(free));
document.querySelector(".bad, .notice.error, .errorlist, #checked")?.scrollIntoView({ block: "center" });
