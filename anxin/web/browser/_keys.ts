// Keys of the desk: whatever carries data-key is triggered by it, and a page may add acts of its own (`press`).
// Never while somebody types, never with Ctrl, Alt or Meta, and the reader can switch it off (WCAG 2.1.4).
// data-key="x", "g q" (one after the other), "j|ArrowDown" (either).

type Run = (event: KeyboardEvent) => void;
interface Act {
  keys: string[];
  words: string;
  run: Run;
}

const OFF = "anxin.keys";
const WAIT = 1500; // milliseconds between the two keys of a chord
const SHOWN: Record<string, string> = { Space: "␣", Escape: "Esc", ArrowDown: "↓", ArrowUp: "↑" };
const acts: Act[] = [];
let before = "";
let timer = 0;

/** Whether the reader has switched single keys off on this device. */
export const off = (): boolean => {
  try {
    return localStorage.getItem(OFF) === "off";
  } catch {
    return false;
  }
};

/** Add an act of the page: its keys, what it is called on the sheet, what it does. */
export const press = (keys: string, words: string, run: Run): void => {
  acts.push({ keys: keys.split("|"), words, run });
};

/** The name of a key: letters as typed (J is Shift and j), the space bar by name. */
const name = (event: KeyboardEvent): string => (event.key === " " ? "Space" : event.key);

const typing = (target: EventTarget | null): boolean => {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit", "reset"].includes(target.type);
};

/** Enter and the space bar belong to a button, a link or a box that has the focus. */
const own = (event: KeyboardEvent): boolean => {
  const at = event.target instanceof Element ? event.target : null;
  if (event.key === "Enter") return !!at?.closest("a[href], button, summary, input");
  if (event.key === " ") return !!at?.closest("button, summary, input");
  return false;
};

const seen = (element: HTMLElement): boolean => element.checkVisibility({ visibilityProperty: true }) && !element.closest("[inert]");
const keysOf = (element: HTMLElement): string[] => (element.dataset.key ?? "").split("|");

/** Elements of the page that carry a key, those nearest to the reader first: in an open dialog, in the pane, elsewhere. */
const carriers = (): HTMLElement[] => {
  const over = document.querySelector<HTMLElement>("dialog[open]");
  const found = [...(over ?? document).querySelectorAll<HTMLElement>("[data-key]")].filter(seen);
  const near = (each: HTMLElement) => (each.closest("[data-keys-near]") ? 0 : 1);
  return found.sort((one, two) => near(one) - near(two));
};

/** What an element is called by whoever reads it aloud. */
export const called = (element: HTMLElement): string => {
  const said = element.dataset.keyWords ?? element.getAttribute("aria-label") ?? element.getAttribute("title");
  if (said) return said.trim();
  const labels = (element as HTMLInputElement).labels;
  const copy = (labels?.[0] ?? element).cloneNode(true) as HTMLElement;
  for (const each of copy.querySelectorAll("kbd, svg, .count, [aria-hidden=true]")) each.remove();
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
};

const trigger = (element: HTMLElement): void => {
  if (element instanceof HTMLFormElement) return element.requestSubmit();
  if (typing(element)) {
    element.focus();
    if (element instanceof HTMLInputElement) element.select();
    return;
  }
  element.focus({ preventScroll: true });
  element.click();
  const open = element.closest("details");
  if (element.tagName === "SUMMARY" && open?.open) {
    const first = open.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea, button");
    (first ?? element).focus();
    if (first instanceof HTMLInputElement && first.type !== "date") first.select();
  }
};

const forget = () => {
  before = "";
  clearTimeout(timer);
};

const onKey = (event: KeyboardEvent): void => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (off() || event.key === "Shift" || typing(event.target) || own(event)) return;
  const said = before ? `${before} ${name(event)}` : name(event);
  const over = document.querySelector("dialog[open]");
  const element = carriers().find((each) => keysOf(each).includes(said));
  const act = over ? undefined : acts.find((each) => each.keys.includes(said));
  if (element || act) {
    event.preventDefault();
    forget();
    if (element) trigger(element);
    else act?.run(event);
    return;
  }
  const all = [...carriers().flatMap(keysOf), ...acts.flatMap((each) => each.keys)];
  forget();
  if (all.some((each) => each.startsWith(`${said} `))) {
    event.preventDefault();
    before = said;
    timer = window.setTimeout(forget, WAIT);
  }
};

// ---- the sheet ----

const sheet = (): void => {
  document.querySelector("dialog.keys")?.remove();
  const kept = document.querySelector<HTMLTemplateElement>("#keys-sheet");
  const dialog = kept?.content.querySelector("dialog")?.cloneNode(true) as HTMLDialogElement | undefined;
  const list = dialog?.querySelector("dl");
  if (!dialog || !list) return;
  const rows = new Map<string, string>();
  const known = new Set<string>();
  const row = (keys: string[], words: string) => {
    if (keys.every((key) => known.has(key))) return;
    for (const key of keys) known.add(key);
    rows.set(keys.join("|"), words);
  };
  for (const each of acts) row(each.keys, each.words);
  for (const each of [...document.querySelectorAll<HTMLElement>("[data-key]")].filter(seen)) row(keysOf(each), called(each));
  for (const [keys, words] of rows) {
    const term = document.createElement("dt");
    const said = document.createElement("dd");
    keys.split("|").forEach((way, place) => {
      if (place) term.append(" / ");
      for (const key of way.split(" ")) {
        const kbd = document.createElement("kbd");
        kbd.textContent = SHOWN[key] ?? key;
        term.append(kbd);
      }
    });
    said.textContent = words;
    list.append(term, said);
  }
  const box = dialog.querySelector<HTMLInputElement>("[data-keys-off]");
  if (box) {
    box.checked = off();
    box.addEventListener("change", () => {
      try {
        localStorage.setItem(OFF, box.checked ? "off" : "on");
      } catch {
        // A browser that keeps nothing keeps this neither.
      }
    });
  }
  document.body.append(dialog);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.showModal();
};

let begun = false;

/** Begin to listen; once a page, however many scripts ask. */
export const listen = (): void => {
  if (begun) return;
  begun = true;
  const kept = document.querySelector<HTMLTemplateElement>("#keys-sheet");
  press("?", kept?.content.querySelector("[data-keys-help]")?.textContent ?? "?", sheet);
  const anew = document.querySelector<HTMLElement>('[data-key="g n"]');
  if (anew) press("n", called(anew), () => anew.click());
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    if ((event.target as Element | null)?.closest("[data-keys-sheet]")) sheet();
  });
};
