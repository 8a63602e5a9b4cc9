// Taking down a report while somebody tells it: what was heard stands beside, a press takes it over.
import { begin, sendByKey, settle } from "./_drafting";
import { listen } from "./_keys";

const form = document.querySelector<HTMLFormElement>("#take");
const field = (id: string) => document.getElementById(id) as HTMLInputElement | HTMLSelectElement | null;
const two = (number: number): string => String(number).padStart(2, "0");

const happened = (at: Date): void => {
  const place = field("id_occurred_at");
  if (!place) return;
  place.value = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
  place.dispatchEvent(new Event("input", { bubbles: true }));
};

document.addEventListener("click", (event) => {
  const button = (event.target as Element).closest<HTMLElement>("[data-set], [data-ago], [data-day], #pick");
  if (!button) return;
  if (button.id === "pick") {
    const map = document.querySelector<HTMLElement & { open?: () => Promise<unknown> }>("#map-pick");
    if (!map?.open) return;
    map.hidden = !map.hidden;
    button.setAttribute("aria-expanded", String(!map.hidden));
    if (!map.hidden) void map.open();
  } else if (button.dataset["set"]) {
    const place = field(button.dataset["set"]);
    const value = button.dataset["value"] ?? "";
    if (place instanceof HTMLSelectElement && ![...place.options].some((each) => each.value === value)) place.add(new Option(button.dataset["words"] ?? button.textContent ?? value, value));
    if (place) {
      place.value = value;
      place.dispatchEvent(new Event("change", { bubbles: true }));
    }
    button.setAttribute("aria-pressed", "true");
  } else if (button.dataset["ago"]) happened(new Date(Date.now() - Number(button.dataset["ago"]) * 60_000));
  else {
    const at = new Date();
    at.setDate(at.getDate() - Number(button.dataset["day"]));
    at.setHours(Number(button.dataset["hour"]), 0, 0, 0);
    happened(at > new Date() ? new Date() : at);
  }
});

document.addEventListener("anxin-pick", (event) => {
  const place = (event as CustomEvent<{ words: string; area: { code: string; name: string } | null }>).detail;
  const line = document.getElementById("picked");
  if (line) line.textContent = place.area?.name ?? place.words;
  form?.dispatchEvent(new Event("change", { bubbles: true }));
});

document.documentElement.classList.add("scripts");
listen();
settle();
sendByKey();
if (form) void begin(form);
if (form && !form.querySelector(".bad")) document.getElementById("id_narrative")?.focus();
