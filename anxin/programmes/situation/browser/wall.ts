// The wall: panels one after another, figures from one address every ten seconds. Nothing is added to the page, ever:
// words, tones and shapes that stand in it are replaced. Without the server it goes on turning and says since when.
interface Told {
  cells: Record<string, string>;
  tones: Record<string, string>;
  shades: Record<string, number>;
  bars: Record<string, [number, number, number, number, number]>;
  build: string;
}

const body = document.body;
const panels = [...document.querySelectorAll<HTMLElement>("[data-panel]")];
const dots = panels.map(() => document.createElement("li"));
document.getElementById("dots")?.append(...dots);
const places = new Map<string, Element>();
for (const each of document.querySelectorAll("[id]")) places.set(each.id, each);
const stale = document.getElementById("stale")!;
// For stories: panels turn after so many milliseconds, and all else goes as much faster.
const turn = Number(new URLSearchParams(location.search).get("turn"));
const quick = turn >= 50;
const POLL = quick ? turn * 2 : 10_000;
const LATE = quick ? 1500 : 30_000;
const NIGHT = 3;

let shown = 0;
let paused = false;
let turned = 0;
let heard = performance.now();
let last = places.get("at")?.textContent ?? "";
const began = new Date();

function show(next: number): void {
  panels[shown]?.classList.remove("shown");
  dots[shown]?.classList.remove("shown");
  shown = (next + panels.length) % panels.length;
  panels[shown]?.classList.add("shown");
  dots[shown]?.classList.add("shown");
  body.dataset["turned"] = String(++turned);
}

const say = (id: string, words: string) => {
  const place = places.get(id);
  if (place && place.textContent !== words) {
    if (place.firstChild instanceof Text && place.childNodes.length === 1) place.firstChild.data = words;
    else place.textContent = words;
  }
};
const set = (place: Element | null | undefined, name: string, value: string) => {
  if (place && place.getAttribute(name) !== value) place.setAttribute(name, value);
};

function lay(told: Told): void {
  for (const id in told.cells) say(id, told.cells[id]!);
  for (const id in told.tones) set(places.get(id.startsWith("n-") ? `${id}-box` : id), "data-tone", told.tones[id]!);
  for (const id in told.shades) set(places.get(id), "class", `shade-${told.shades[id]}`);
  for (const id in told.bars) {
    const [y, height, low, spread, middle] = told.bars[id]!;
    const [usual, came, line] = places.get(id)?.children ?? [];
    set(usual, "y", String(low));
    set(usual, "height", String(spread));
    set(came, "y", String(y));
    set(came, "height", String(height));
    set(line, "y", String(middle));
  }
  last = told.cells["at"] ?? last;
}

async function ask(): Promise<void> {
  try {
    const answer = await fetch(body.dataset["source"]!, { cache: "no-store", credentials: "same-origin", headers: { Accept: "application/json", "X-Background": "1" }, signal: AbortSignal.timeout(8000) });
    if (answer.status === 401 || answer.status === 403) {
      stale.textContent = body.dataset["refused"] ?? "";
      body.classList.add("refused");
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const told = (await answer.json()) as Told;
    lay(told);
    heard = performance.now();
    body.classList.remove("refused");
    if (told.build !== body.dataset["build"]) await anew();
  } catch {
    // It is said below, once it has lasted.
  }
}

function watch(): void {
  const late = performance.now() - heard > LATE && !body.classList.contains("refused");
  body.classList.toggle("is-stale", late);
  if (late) {
    const words = `${body.dataset["stale"] ?? ""}${last}`;
    if (stale.textContent !== words) stale.textContent = words;
  } else if (!body.classList.contains("refused") && stale.textContent) stale.textContent = "";
}

/** Load the page anew, but only when the server would give it: a wall must never stand on an error page. */
async function anew(): Promise<void> {
  try {
    const answer = await fetch(location.href, { cache: "no-store", credentials: "same-origin", signal: AbortSignal.timeout(8000) });
    if (answer.ok && !answer.redirected) location.reload();
  } catch {
    // Later.
  }
}

function night(): void {
  const now = new Date();
  if (now.getHours() === NIGHT && now.getTime() - began.getTime() > 3_600_000) void anew();
}

async function stayAwake(): Promise<void> {
  try {
    if (document.visibilityState === "visible") await navigator.wakeLock?.request("screen");
  } catch {
    // A device that may not stay awake is told so in its own settings.
  }
}

document.addEventListener("keydown", (event) => {
  if (event.key === " ") {
    paused = !paused;
    body.classList.toggle("paused", paused);
    event.preventDefault();
  } else if (event.key === "ArrowRight") show(shown + 1);
  else if (event.key === "ArrowLeft") show(shown - 1);
});
document.addEventListener("visibilitychange", () => void stayAwake());
document.addEventListener("dblclick", () => void (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen()).catch(() => undefined));
show(0);
turned = 0;
void stayAwake();
void ask();
setInterval(() => { if (!paused) show(shown + 1); }, quick ? turn : Number(body.dataset["seconds"]) * 1000);
setInterval(() => void ask(), POLL);
setInterval(watch, quick ? 200 : 1000);
setInterval(night, 600_000);
