// The room without reload: what the server says anew is laid over the parts that live; the map gets its points and shades.
import { Idiomorph } from "idiomorph";
import { subscribe } from "../../../web/browser/_live";
import type { MapElement } from "../../../maps/browser/map-element";

const SOON = 1200;
const EVERY = 20_000;
let waiting = 0;
let running = false;
let again = false;

/** Whether somebody is typing or has opened something in a part: then it is left as it is until they are done. */
const busy = (part: Element) => part.contains(document.activeElement) && document.activeElement?.matches("textarea, input, select");

async function refresh(): Promise<void> {
  if (running) {
    again = true;
    return;
  }
  running = true;
  try {
    const answer = await fetch(location.href, { headers: { "X-Background": "1" }, credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of document.querySelectorAll<HTMLElement>("[data-live]")) {
      const now = page.getElementById(part.id);
      if (!now || busy(part) || part.innerHTML === now.innerHTML) continue;
      const open = [...part.querySelectorAll("details[open]")].map((each) => each.closest("[id]")?.id);
      Idiomorph.morph(part, now, { morphStyle: "innerHTML", ignoreActiveValue: true });
      for (const id of open) if (id && part.contains(document.getElementById(id))) document.getElementById(id)?.querySelector("details")?.setAttribute("open", "");
    }
    draw();
  } catch {
    // The next turn will tell; the dot in the bar says that nothing is heard.
  } finally {
    running = false;
    if (again) {
      again = false;
      soon();
    }
  }
}

function soon(): void {
  if (!waiting) waiting = window.setTimeout(() => { waiting = 0; void refresh(); }, SOON);
}

/** The map as the tables beside it say. */
function draw(): void {
  const element = document.querySelector<MapElement>("anxin-map");
  if (!element?.map) return;
  const values: Record<string, number> = {};
  for (const row of document.querySelectorAll<HTMLElement>("#grid-table [data-area]")) {
    const open = Number(row.dataset["open"]);
    if (open > 0) values[row.dataset["area"] ?? ""] = open;
  }
  element.map.shade(values);
  const layer = element.getAttribute("layer");
  if (layer) void element.map.load(layer).catch(() => undefined);
}

document.querySelector("anxin-map")?.addEventListener("anxin-ready", () => {
  document.body.classList.add("has-map");
  setTimeout(draw, 300);
});
document.querySelector<HTMLSelectElement>("select[data-go]")?.addEventListener("change", (event) => location.assign((event.target as HTMLSelectElement).value));

subscribe((event) => { if (event.kind !== "hello" && event.kind !== "bell") soon(); });
const every = Number(document.querySelector<HTMLElement>("[data-every]")?.dataset["every"] ?? 0) * 1000 || EVERY;
setInterval(() => { if (!document.hidden) void refresh(); }, every);
