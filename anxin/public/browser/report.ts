// The report form: one step at a time, what was typed kept on the device, photos made small before they are sent,
// what it may be the same as while somebody types, and the place from the device or from a map. Without this script
// the same form stands on one page.
import { keep, kept, forget } from "./lib/draft";
import { small } from "./lib/photo";

const form = document.querySelector<HTMLFormElement>("#report");
const by = <T extends HTMLElement = HTMLInputElement>(id: string) => document.getElementById(id) as T;
if (form) start(form);

function start(form: HTMLFormElement): void {
  const steps = [...form.querySelectorAll("fieldset")];
  const shots: File[] = [];
  const show = wizard(form, steps);
  near();
  place();
  photos(form, shots, () => void save());
  const save = drafts(form, shots, () => show(0));
  form.addEventListener("submit", (event) => {
    if (!navigator.onLine) {
      event.preventDefault();
      void save();
      const box = by<HTMLElement>("draft");
      box.hidden = false;
      by<HTMLElement>("draft-said").textContent = box.dataset.offline ?? "";
      box.scrollIntoView({ block: "center" });
      return;
    }
    const carried = new DataTransfer();
    for (const shot of shots) carried.items.add(shot);
    by("photos").files = carried.files;
    sessionStorage.setItem("report-sent", "1");
  });
}

/** One step at a time; the browser's own "back" goes a step back. */
function wizard(form: HTMLFormElement, steps: HTMLFieldSetElement[]): (n: number) => void {
  const names = steps.map((step) => step.querySelector("legend")?.lastChild?.textContent?.trim() ?? "");
  const bar = document.createElement("ol");
  bar.className = "steps";
  bar.append(...names.map((name) => Object.assign(document.createElement("li"), { textContent: name })));
  const moves = document.createElement("p");
  moves.className = "moves";
  const back = Object.assign(document.createElement("button"), { type: "button", className: "plain", textContent: form.dataset.back });
  const next = Object.assign(document.createElement("button"), { type: "button", className: "main", textContent: form.dataset.next });
  moves.append(back, next);
  const last = [...form.querySelectorAll<HTMLElement>(":scope > p")];
  form.prepend(bar);
  steps.at(-1)?.after(moves);
  form.querySelector<HTMLElement>(".default")?.remove();
  let here = 0;
  const show = (n: number, focus = false) => {
    here = n;
    steps.forEach((step, place) => (step.hidden = place !== n));
    [...bar.children].forEach((item, place) => {
      item.className = place < n ? "past" : "";
      if (place === n) item.setAttribute("aria-current", "step");
      else item.removeAttribute("aria-current");
    });
    back.hidden = n === 0;
    next.hidden = n === steps.length - 1;
    for (const each of last) each.hidden = n !== steps.length - 1;
    const legend = steps[n]?.querySelector("legend");
    if (legend && focus) {
      legend.tabIndex = -1;
      legend.focus();
      bar.scrollIntoView({ block: "start" });
    }
  };
  const go = (n: number) => {
    history.pushState({ step: n }, "");
    show(n, true);
  };
  next.addEventListener("click", () => {
    const said = by<HTMLTextAreaElement>("said");
    if (here === 0 && said.value.trim() === "") {
      said.setCustomValidity(form.dataset.empty ?? "");
      said.reportValidity();
      said.addEventListener("input", () => said.setCustomValidity(""), { once: true });
      return;
    }
    go(here + 1);
  });
  back.addEventListener("click", () => history.back());
  window.addEventListener("popstate", (event: PopStateEvent) => show((event.state as { step?: number } | null)?.step ?? 0, true));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target instanceof HTMLInputElement && !next.hidden) {
      event.preventDefault();
      next.click();
    }
  });
  const wrong = steps.findIndex((step) => step.querySelector(".wrong, [aria-invalid]"));
  const offered = form.querySelector(":scope > .near");
  history.replaceState({ step: 0 }, "");
  show(wrong >= 0 ? wrong : offered && by<HTMLTextAreaElement>("said").value ? steps.length - 1 : 0);
  return show;
}

/** What it may be the same as, asked a moment after the last key. */
function near(): void {
  const box = by<HTMLElement>("near");
  const said = by<HTMLTextAreaElement>("said");
  const ask = by("ask");
  if (document.querySelector(".near")) return;
  const names = ["said", "address", "town", "lat", "lon"];
  let waiting = 0;
  let asked = "";
  let running: AbortController | undefined;
  const look = async () => {
    const data = new FormData();
    for (const name of names) data.append(name, by(name).value);
    const now = names.map((name) => data.get(name)).join("\n");
    if (said.value.trim().length < 6) {
      box.textContent = "";
      asked = "";
      return;
    }
    if (now === asked) return;
    asked = now;
    running?.abort();
    running = new AbortController();
    try {
      const answer = await fetch(box.dataset.near ?? "", { method: "POST", body: data, signal: running.signal });
      const fresh = document.createElement("template");
      fresh.innerHTML = answer.ok ? await answer.text() : "";
      if (box.textContent !== fresh.content.textContent) box.replaceChildren(fresh.content);
      if (ask) ask.value = "";
    } catch {
      // the next key asks again; the form works without
    }
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => void look(), 700);
  };
  for (const name of names.slice(0, 3)) {
    by(name).addEventListener("input", soon);
    by(name).addEventListener("change", soon);
  }
  if (said.value) soon();
}

/** The place: from the device, once, when the button is pressed (WGS-84), or pointed out on a map. */
function place(): void {
  const box = by<HTMLElement>("locate");
  const [lat, lon, said, off] = [by("lat"), by("lon"), by<HTMLElement>("locate-said"), by<HTMLElement>("locate-off")];
  const now = by<HTMLElement>("locate-now");
  const shown = () => (off.hidden = !lat.value);
  box.hidden = false;
  now.hidden = !("geolocation" in navigator) || !isSecureContext;
  shown();
  now.addEventListener("click", () => {
    said.textContent = box.dataset.asking ?? "";
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        lat.value = coords.latitude.toFixed(6);
        lon.value = coords.longitude.toFixed(6);
        said.textContent = (box.dataset.found ?? "").replace("{metres}", String(Math.round(coords.accuracy)));
        shown();
      },
      () => (said.textContent = box.dataset.failed ?? ""),
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 },
    );
  });
  off.addEventListener("click", () => {
    lat.value = lon.value = said.textContent = "";
    shown();
  });
  by<HTMLElement>("on-map").addEventListener("click", async () => {
    const here = by<HTMLElement>("map-here");
    if (here.firstChild) return;
    await import("../../maps/browser/map-element");
    const map = document.createElement("anxin-map");
    map.className = "picked";
    map.setAttribute("picks", "");
    map.setAttribute("aria-label", here.dataset.label ?? "");
    if (lat.value) {
      map.setAttribute("lat", lat.value);
      map.setAttribute("lon", lon.value);
      map.setAttribute("zoom", "15");
    }
    map.addEventListener("anxin-pick", (event) => {
      const found = (event as CustomEvent<{ lat: number; lon: number }>).detail;
      lat.value = found.lat.toFixed(6);
      lon.value = found.lon.toFixed(6);
      said.textContent = said.dataset.picked ?? "";
      shown();
    });
    here.append(Object.assign(document.createElement("p"), { className: "hint", textContent: here.dataset.label }), map);
  });
}

/** Photos are turned upright and made small on the device; what the camera wrote into them goes away with that. */
function photos(form: HTMLFormElement, shots: File[], changed: () => void): void {
  const field = by("photos");
  field.addEventListener("change", async () => {
    for (const file of field.files ?? []) {
      if (shots.length >= 3) {
        alertAt(form.dataset.many ?? "");
        break;
      }
      try {
        shots.push(file.type === "application/pdf" ? file : await small(file));
      } catch {
        alertAt(`${form.dataset.unread} ${file.name.slice(0, 60)}`);
      }
    }
    field.value = "";
    draw();
    changed();
  });
  const alertAt = (words: string) => {
    const wrong = Object.assign(document.createElement("p"), { className: "wrong", textContent: words });
    wrong.setAttribute("role", "alert");
    by<HTMLElement>("shots").before(wrong);
    setTimeout(() => wrong.remove(), 12000);
  };
  const draw = () => {
    by<HTMLElement>("shots").replaceChildren(
      ...shots.map((shot, place) => {
        const item = document.createElement("li");
        const image = Object.assign(new Image(), { alt: shot.name || `${place + 1}`, src: shot.type.startsWith("image/") ? URL.createObjectURL(shot) : "" });
        const away = Object.assign(document.createElement("button"), { type: "button", textContent: form.dataset.remove });
        away.addEventListener("click", () => {
          shots.splice(shots.indexOf(shot), 1);
          draw();
          changed();
        });
        item.append(image, away);
        return item;
      }),
    );
  };
  form.addEventListener("anxin-shots", draw);
}

/** What was typed stays on this device until it was sent: a dead battery or a lost network loses nothing. */
function drafts(form: HTMLFormElement, shots: File[], begin: () => void): () => Promise<void> {
  const names = ["said", "kind", "when", "address", "lat", "lon", "town"];
  const box = by<HTMLElement>("draft");
  const tell = (words = "") => {
    box.hidden = false;
    by<HTMLElement>("draft-said").textContent = words;
  };
  let waiting = 0;
  const save = async () => {
    const fields = Object.fromEntries(names.map((name) => [name, by(name).value]));
    if (!fields.said?.trim() && shots.length === 0) return;
    await keep({ key: by<HTMLInputElement>("report").querySelector<HTMLInputElement>("[name=key]")?.value ?? "", fields, shots: [...shots] });
    if (box.hidden) tell(box.dataset.saved);
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => void save(), 400);
  });
  by<HTMLElement>("draft-away").addEventListener("click", async () => {
    await forget();
    form.reset();
    for (const name of names) by(name).value = "";
    shots.length = 0;
    form.dispatchEvent(new Event("anxin-shots"));
    box.hidden = true;
    begin();
  });
  void kept().then((found) => {
    if (!found || by<HTMLTextAreaElement>("said").value) return;
    for (const name of names) if (found.fields[name]) by(name).value = found.fields[name] ?? "";
    const key = form.querySelector<HTMLInputElement>("[name=key]");
    if (key && found.key) key.value = found.key; // sent before the battery died? then it is the same report
    shots.push(...found.shots);
    form.dispatchEvent(new Event("anxin-shots"));
    tell(box.dataset.found);
  });
  return save;
}
