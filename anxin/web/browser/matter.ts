// The page of a matter: one form open at a time, bodies found while one types, drafts, what others do meanwhile.
import htmx from "htmx.org";
import { findBodies } from "./_bodies";
import { begin, sendByKey, settle } from "./_drafting";
import { listen } from "./_keys";
import { subscribe } from "./_live";

const body = document.body;
const number = body.dataset["matter"] ?? "";
const chinese = document.documentElement.lang.startsWith("zh");
const QUEUE = "anxin.queue";

/** Put a text where the cursor is, so that Ctrl+Z takes it back. */
const insert = (field: HTMLTextAreaElement, text: string, all = false): void => {
  field.focus();
  if (all) field.select();
  // Deprecated and without a successor: the one way that leaves the field's own undo whole.
  if (!document.execCommand("insertText", false, text)) {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
};

// ---- rows ----

const addRow = (form: HTMLFormElement): boolean => {
  const count = form.querySelector<HTMLInputElement>("input[name=rows]");
  const next = Number(count?.value ?? 0) + 1;
  if (!count || next > 40) return false;
  for (const set of form.querySelectorAll<HTMLElement>(".rows")) {
    const last = [...set.querySelectorAll<HTMLElement>(".row-of")].at(-1);
    if (!last) continue;
    const row = last.cloneNode(true) as HTMLElement;
    row.querySelectorAll(".find-bodies, .errorlist").forEach((each) => each.remove());
    row.querySelectorAll(".bad").forEach((each) => each.classList.remove("bad"));
    for (const field of row.querySelectorAll<HTMLInputElement | HTMLSelectElement>("input, select")) {
      field.name = field.name.replace(/\d+$/, String(next));
      field.id = field.id.replace(/\d+$/, String(next));
      field.value = "";
      field.hidden = false;
      field.removeAttribute("aria-invalid");
      delete field.dataset["found"];
    }
    for (const label of row.querySelectorAll("label")) {
      label.htmlFor = label.htmlFor.replace(/-find$/, "").replace(/\d+$/, String(next));
      const words = label.firstChild;
      if (words) words.textContent = (words.textContent ?? "").replace(/\d+\s*$/, String(next));
    }
    last.after(row);
    row.querySelectorAll<HTMLSelectElement>("select[data-bodies]").forEach(findBodies);
  }
  count.value = String(next);
  return true;
};

// ---- the open form ----

const dress = (root: ParentNode): void => {
  root.querySelectorAll<HTMLSelectElement>("select[data-bodies]").forEach(findBodies);
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-draft]")) void begin(form, addRow);
  for (const list of root.querySelectorAll<HTMLSelectElement>("select[data-template-for]")) {
    list.addEventListener("change", () => {
      const field = document.getElementById(list.dataset["templateFor"] ?? "");
      if (list.value && field instanceof HTMLTextAreaElement) insert(field, list.value);
      list.value = "";
    });
  }
  for (const box of root.querySelectorAll<HTMLElement>("[data-grounds-at]")) grounds(box);
  for (const box of root.querySelectorAll<HTMLInputElement>("[data-position]")) box.addEventListener("change", () => position(box));
};

const position = (box: HTMLInputElement): void => {
  const form = box.form ?? (document.getElementById(box.dataset["position"] ?? "") as HTMLFormElement | null);
  const line = box.closest("p")?.querySelector<HTMLElement>("[role=status]");
  const put = (lat: string, lon: string) => {
    for (const [name, value] of [["lat", lat], ["lon", lon]] as const) {
      const field = form?.querySelector<HTMLInputElement>(`input[name=${name}]`);
      if (field) field.value = value;
    }
  };
  if (!box.checked) return put("", "");
  if (line) line.textContent = "…";
  navigator.geolocation.getCurrentPosition(
    (found) => {
      put(String(found.coords.latitude), String(found.coords.longitude));
      if (line) line.textContent = chinese ? `已取得，误差约 ${Math.round(found.coords.accuracy)} 米` : `Found, within ${Math.round(found.coords.accuracy)} m`;
    },
    () => {
      box.checked = false;
      if (line) line.textContent = chinese ? "取不到定位，可不附" : "No position; it can be left out";
    },
    { enableHighAccuracy: true, timeout: 15000 },
  );
};

/** While a basis is typed: lines of the lists to quote. */
const grounds = (box: HTMLElement): void => {
  const field = document.getElementById(box.dataset["groundsFor"] ?? "");
  if (!(field instanceof HTMLInputElement)) return;
  let timer = 0;
  const ask = async () => {
    const answer = await fetch(`${box.dataset["groundsAt"]}?q=${encodeURIComponent(field.value.slice(0, 40))}`);
    if (!answer.ok) return;
    const found = ((await answer.json()) as { grounds: { title: string; quote: string; taker: string }[] }).grounds;
    box.replaceChildren(
      ...found.map((each) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "quiet";
        button.textContent = `${each.title} → ${each.taker}`;
        button.addEventListener("click", () => {
          field.value = each.quote;
          field.dispatchEvent(new Event("input", { bubbles: true }));
          box.replaceChildren();
          field.focus();
        });
        return button;
      }),
    );
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    if (!field.value.startsWith("《")) timer = window.setTimeout(ask, 250);
  });
};

const openForm = async (anchor: string): Promise<void> => {
  const place = document.getElementById("do");
  if (!place) return;
  const answer = await fetch(`?do=${encodeURIComponent(anchor)}`, { headers: { "HX-Request": "true" } });
  if (!answer.ok || answer.redirected) return location.assign(`?do=${encodeURIComponent(anchor)}#do`);
  place.innerHTML = await answer.text(); // our own page's piece, escaped where it was made
  htmx.process(place);
  dress(place);
  place.scrollIntoView({ block: "nearest" });
  const first = place.querySelector<HTMLElement>("form.doing :is(input:not([type=hidden]), textarea, select:not([hidden])), form.doing button");
  first?.focus();
};

document.addEventListener("click", (event) => {
  const target = event.target as Element;
  const line = target.closest<HTMLAnchorElement>("a[data-do]");
  if (line && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    void openForm(line.dataset["do"] ?? "");
    return;
  }
  const more = target.closest<HTMLButtonElement>("button[name=do][value=row]");
  if (more?.form) {
    event.preventDefault();
    if (addRow(more.form)) more.form.querySelector<HTMLElement>(".rows .row-of:last-child input")?.focus();
    return;
  }
  const put = target.closest<HTMLElement>("[data-put-public]");
  if (put) {
    const field = document.querySelector<HTMLTextAreaElement>("textarea[name=public]");
    if (field) insert(field, put.dataset["putPublic"] ?? "", true);
    return;
  }
  const map = target.closest<HTMLElement>("[data-open-map]");
  if (map) {
    const element = document.getElementById(map.dataset["openMap"] ?? "") as (HTMLElement & { open?: () => Promise<{ pin(at: { lat: number; lon: number }): void } | undefined> }) | null;
    if (!element?.open) return;
    element.hidden = false;
    map.closest("p")?.remove();
    document.getElementById("map-drawn")?.setAttribute("hidden", "");
    void element.open().then((open) => open?.pin({ lat: Number(element.getAttribute("lat")), lon: Number(element.getAttribute("lon")) }));
  }
});

// ---- what others do meanwhile ----

let seen = Number(body.dataset["seen"] ?? 0);
const told = Number(body.dataset["seen"] ?? 0);

const ago = (): void => {
  for (const time of document.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
    const seconds = Math.max(0, Math.round((Date.now() - Date.parse(time.dateTime)) / 1000));
    if (seconds < 3600) time.textContent = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" }).format(seconds < 60 ? -seconds : -Math.round(seconds / 60), seconds < 60 ? "second" : "minute");
  }
};

const look = async (): Promise<void> => {
  const place = document.getElementById("fresh");
  if (!place || document.hidden || !body.dataset["since"]) return;
  try {
    const answer = await fetch(`${body.dataset["since"]}?seen=${told}`, { headers: { "HX-Request": "true" } });
    if (answer.status !== 200 || answer.redirected) return;
    const html = await answer.text();
    const made = document.createElement("template");
    made.innerHTML = html;
    const now = Number(made.content.querySelector<HTMLElement>("[data-seen]")?.dataset["seen"] ?? seen);
    if (now <= seen) return;
    seen = now;
    place.replaceChildren(made.content);
    ago();
  } catch {
    // Nobody is told of a network that is away for a moment: the next look comes.
  }
};

subscribe((event) => {
  if (event.number === number) void look();
});
setInterval(() => {
  if (document.getElementById("live")?.dataset["state"] !== "on") void look();
}, 15_000);
setInterval(ago, 5_000);
document.addEventListener("visibilitychange", () => void look());

// ---- the queue one came from ----

interface Came {
  at: string;
  matters: string[];
}

const came = async (): Promise<Came | null> => {
  try {
    const from = document.referrer ? new URL(document.referrer) : null;
    if (from && from.origin === location.origin && (from.pathname === "/desk/" || from.pathname === "/desk/search")) {
      const page = new DOMParser().parseFromString(await (await fetch(from.href)).text(), "text/html");
      const links = [...page.querySelectorAll<HTMLAnchorElement>("main a[href*='/desk/matters/']")].map((each) => (/\/desk\/matters\/[^/?#]+$/.exec(each.getAttribute("href") ?? "") ?? [""])[0]);
      const found = { at: from.pathname + from.search, matters: [...new Set(links.filter(Boolean))] };
      sessionStorage.setItem(QUEUE, JSON.stringify(found));
      return found;
    }
    return JSON.parse(sessionStorage.getItem(QUEUE) ?? "null") as Came | null;
  } catch {
    return null;
  }
};

const lead = async (): Promise<void> => {
  const queue = await came();
  if (!queue) return;
  document.querySelector<HTMLAnchorElement>("[data-back]")?.setAttribute("href", queue.at);
  const here = queue.matters.indexOf(location.pathname);
  for (const [id, place] of [["previous", here - 1], ["following", here + 1]] as const) {
    const link = document.getElementById(id) as HTMLAnchorElement | null;
    const to = here < 0 ? undefined : queue.matters[place];
    if (!link || !to) continue;
    link.href = to;
    link.hidden = false;
  }
};

document.documentElement.classList.add("scripts");
listen();
settle();
sendByKey();
dress(document);
void lead();
