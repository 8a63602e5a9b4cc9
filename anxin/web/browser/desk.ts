// What every page of the desk does: parts of pages are fetched by htmx and laid in place; a form is sent once.
import htmx from "htmx.org";
import "idiomorph/htmx";
import { subscribe } from "./_live";
import "./_search";
import { sweep } from "./_drafts";
import { token } from "./_token";

export { token };

htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;
htmx.config.defaultSwapStyle = "outerHTML";

document.addEventListener("htmx:configRequest", (event) => {
  (event as CustomEvent<{ headers: Record<string, string> }>).detail.headers["X-CSRFToken"] = token();
});

const free = (form: HTMLFormElement) => {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-busy");
};

// The server would take the second as the first anyway; this only spares the reader the wait.
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
  setTimeout(free, 8000, form);
});
addEventListener("pageshow", () => [...document.forms].forEach(free));

// Whoever signs out leaves nothing of what they typed on the device.
document.querySelector<HTMLFormElement>("form[action$='/sign-out']")?.addEventListener("submit", () => sweep(true));
document.querySelector(".bad, .notice.error, .errorlist, #checked")?.scrollIntoView({ block: "center" });

// Day or night as the reader chose; the device decides where nothing was chosen.
for (const button of document.querySelectorAll<HTMLButtonElement>("[data-choose-light]")) {
  button.addEventListener("click", () => {
    const light = button.dataset.chooseLight ?? "";
    document.documentElement.dataset.light = light;
    document.documentElement.dataset.bsTheme = light === "night" ? "dark" : "light";
    document.cookie = `light=${light}; path=/; max-age=31536000; samesite=lax`;
  });
}

// Every page shows whether it is kept up to date, and how many notices wait.
subscribe(() => undefined);
