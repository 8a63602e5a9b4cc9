// The queue: unrolls, is kept up to date, is read and worked with the keyboard alone, many lines at once.
import { subscribe } from "./_live";
import { listen, press } from "./_keys";

const split = document.querySelector<HTMLElement>("#split");
const list = document.querySelector<HTMLOListElement>("#lines");
if (split && list) begin(split, list);

function begin(split: HTMLElement, list: HTMLOListElement): void {
  const words = JSON.parse(document.querySelector("#said")?.textContent ?? "{}") as Record<string, string>;
  const say = (key: string, n?: number) => (words[key] ?? key).replace("%(n)s", String(n ?? ""));
  const { query = "", tab = "", desk = "/desk/" } = split.dataset;
  const plain = split.dataset.plain === "1";
  const pane = document.querySelector<HTMLElement>("#pane")!;
  const told = document.querySelector<HTMLElement>("#told")!;
  const over = document.querySelector<HTMLDialogElement>("#over")!;
  const bulk = document.querySelector<HTMLFormElement>("#bulk");
  const waiting = document.querySelector<HTMLButtonElement>("#fresh-ones")!;
  const MOST = 200;
  const LONGEST = 5000;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const wide = matchMedia("(min-width: 75rem)");
  for (const each of document.querySelectorAll(".scripted:not(.pane)")) each.classList.remove("scripted");

  const tell = (text: string) => {
    told.textContent = "";
    requestAnimationFrame(() => (told.textContent = text));
  };

  // ---- lines ----

  const lines = () => [...list.querySelectorAll<HTMLLIElement>("li.line:not(.leaving)")];
  const line = (number: string) => document.getElementById(`l-${number}`) as HTMLLIElement | null;
  const title = (li: Element | null | undefined) => li?.querySelector<HTMLElement>(".title");
  const tick = (li: Element | null | undefined) => li?.querySelector<HTMLInputElement>(".tick");
  const ticked = () => [...list.querySelectorAll<HTMLInputElement>(".tick:checked")];
  let at: string | null = null; // the number of the line the reader is on

  const here = () => (at ? line(at) : null);
  const stand = (li: HTMLLIElement | null | undefined, focus = true) => {
    if (!li) return;
    here()?.classList.remove("here");
    at = li.dataset.id ?? null;
    li.classList.add("here");
    if (focus) title(li)?.focus({ preventScroll: true });
    li.scrollIntoView({ block: "nearest" });
    if (!pane.hidden) look(li);
  };
  list.addEventListener("focusin", (event) => {
    const li = (event.target as Element).closest<HTMLLIElement>("li.line");
    if (li && li.dataset.id !== at) {
      here()?.classList.remove("here");
      at = li.dataset.id ?? null;
      li.classList.add("here");
    }
  });
  const beside = (step: 1 | -1): HTMLLIElement | undefined => {
    const all = lines().filter((each) => !each.classList.contains("gone") || each.dataset.id === at);
    const now = all.findIndex((each) => each.dataset.id === at);
    return now < 0 ? all[step > 0 ? 0 : all.length - 1] : all[now + step];
  };
  const move = (step: 1 | -1) => {
    const next = beside(step);
    if (next) stand(next);
    else if (step > 0) void unroll();
    sweep();
  };

  // ---- more lines ----

  const further = () => document.querySelector<HTMLAnchorElement>(".pages [rel=next]");
  let unrolling = false;
  async function unroll(): Promise<void> {
    const link = further();
    if (!link || unrolling) return;
    if (lines().length >= LONGEST) {
      tell(say("full"));
      link.replaceWith(say("full"));
      return;
    }
    unrolling = true;
    try {
      const response = await fetch(`${link.getAttribute("href")}&part=lines`, { credentials: "same-origin" });
      if (!response.ok || response.redirected) return;
      const found = parse(await response.text());
      for (const li of found) if (!line(li.dataset.id ?? "")) list.append(li);
      const next = response.headers.get("X-Next");
      if (next) link.href = next;
      else link.remove();
      remember();
    } finally {
      unrolling = false;
    }
  }
  const end = further();
  if (end) {
    new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && void unroll(), { rootMargin: "900px" }).observe(end.parentElement!);
  }

  /** Where the reader is stays in the address and the history, for the way back from a matter. */
  function remember(): void {
    const url = new URL(location.href);
    const shown = Math.min(500, Math.ceil(list.children.length / 50) * 50);
    if (shown > 50 && !url.searchParams.get("after")) url.searchParams.set("shown", String(shown));
    const li = here();
    history.replaceState({ at, top: li ? li.getBoundingClientRect().top : null, open: !pane.hidden }, "", url);
  }
  addEventListener("pagehide", remember);
  const kept = history.state as { at?: string; top?: number | null; open?: boolean } | null;
  if (kept?.at && line(kept.at)) {
    stand(line(kept.at));
    const wanted = typeof kept.top === "number" && kept.top > 0 && kept.top < innerHeight ? kept.top : innerHeight / 3;
    const settleAt = (tries: number) => {
      const li = here();
      if (!li) return;
      scrollBy(0, li.getBoundingClientRect().top - wanted);
      if (tries) requestAnimationFrame(() => settleAt(tries - 1)); // lines get their true height only when they are shown
    };
    settleAt(4);
    if (kept.open && wide.matches) look(line(kept.at));
  }

  const parse = (html: string): HTMLLIElement[] => {
    const kept = document.createElement("template");
    kept.innerHTML = html;
    return [...kept.content.querySelectorAll<HTMLLIElement>("li.line")];
  };

  // ---- kept up to date ----

  const fresh: HTMLLIElement[] = [];
  const busy = () => scrollY > 160 || ticked().length > 0 || list.matches(":hover, :focus-within") || !pane.hidden;
  const replace = (old: HTMLLIElement, now: HTMLLIElement) => {
    if (Number(now.dataset.seen) < Number(old.dataset.seen)) return;
    const had = document.activeElement;
    const focus = old.contains(had) ? (had as HTMLElement).className : null;
    const checked = tick(old)?.checked ?? false;
    now.classList.toggle("here", old.dataset.id === at);
    if (now.dataset.seen !== old.dataset.seen) now.classList.add("fresh");
    // A ticked line keeps what its reader had seen when they ticked it: what came since is told when they act.
    if (checked) tick(now)!.value = tick(old)!.value;
    tick(now)!.checked = checked;
    old.replaceWith(now);
    if (focus) (focus.includes("tick") ? tick(now) : title(now))?.focus({ preventScroll: true });
  };
  const gone = (li: HTMLLIElement) => {
    if (li.classList.contains("gone")) return;
    li.classList.add("gone");
    const chip = document.createElement("span");
    chip.className = "chip plain";
    chip.textContent = say("gone");
    li.querySelector(".chips")?.append(chip);
  };
  /** What has left goes with the next step of the reader; never from under the pointer, the focus or a selection. */
  function sweep(): void {
    if (ticked().length) return;
    for (const li of list.querySelectorAll<HTMLLIElement>("li.gone:not(.leaving)")) {
      if (li.matches(":hover") || li.contains(document.activeElement) || li.dataset.id === at) continue;
      li.classList.add("leaving");
      setTimeout(() => li.remove(), calm.matches ? 0 : 250);
    }
    setTimeout(empty, 300);
  }
  const empty = () => {
    const none = document.querySelector<HTMLElement>("#none");
    if (none) none.hidden = lines().length > 0;
  };
  list.addEventListener("pointerleave", sweep);

  const bring = (found: HTMLLIElement[]) => {
    for (const li of found) {
      li.classList.add("fresh");
      list.prepend(li);
    }
    tell(say("new", found.length));
    empty();
  };
  const arrive = (li: HTMLLIElement) => {
    const number = li.dataset.id ?? "";
    const old = line(number);
    if (old) return replace(old, li);
    const already = fresh.findIndex((each) => each.dataset.id === number);
    if (already >= 0) fresh.splice(already, 1);
    fresh.push(li);
    settle();
  };
  let settling = 0;
  const settle = () => {
    clearTimeout(settling);
    settling = window.setTimeout(() => {
      if (!fresh.length) return;
      if (!busy() && plain) bring(fresh.splice(0));
      else {
        waiting.hidden = false;
        waiting.textContent = say("show", fresh.length);
        tell(say("new", fresh.length));
      }
    }, 150);
  };
  waiting.addEventListener("click", () => {
    const first = fresh[fresh.length - 1];
    waiting.hidden = true;
    bring(fresh.splice(0));
    scrollTo({ top: 0, behavior: calm.matches ? "auto" : "smooth" });
    stand(first);
  });

  /** Ask how some lines are now in this heap, as narrowed down. */
  async function ask(numbers: string[]): Promise<void> {
    for (let from = 0; from < numbers.length; from += 60) {
      const part = numbers.slice(from, from + 60);
      const response = await fetch(`${desk}lines?${query}&numbers=${part.map(encodeURIComponent).join(",")}`, { credentials: "same-origin" });
      if (!response.ok || response.redirected) return;
      const found = parse(await response.text());
      const there = new Set(found.map((each) => each.dataset.id));
      for (const li of found) arrive(li);
      for (const number of part) {
        const old = line(number);
        if (!there.has(number) && old) gone(old);
      }
    }
  }
  const asked = new Set<string>();
  let asking = 0;
  const askSoon = (number: string) => {
    asked.add(number);
    asking ||= window.setTimeout(() => {
      asking = 0;
      const numbers = [...asked];
      asked.clear();
      void ask(numbers).catch(() => undefined);
    }, 200 + Math.random() * 1000);
  };

  /** Nobody told one by one: look at the lines that stand here and at the first ones anew, not all desks at once. */
  let reviewing = 0;
  const review = (most: number) => {
    reviewing ||= window.setTimeout(async () => {
      reviewing = 0;
      const known = lines().slice(0, 120).map((each) => each.dataset.id ?? "");
      await ask(known);
      if (new URLSearchParams(location.search).get("after")) return;
      const response = await fetch(`${desk}?${query}&part=lines`, { credentials: "same-origin" });
      if (!response.ok || response.redirected) return;
      const last = lines().length >= 50;
      const found = parse(await response.text()).filter((li) => !line(li.dataset.id ?? ""));
      for (const li of last ? found.slice(0, 50) : found) arrive(li);
    }, 300 + Math.random() * most);
  };

  subscribe((event) => {
    if (event.kind === "bell") return;
    if (event.kind === "hello") return review(1500); // what changed between the page and the stream
    countSoon();
    if (event.kind !== "matter" || !event.number) return review(event.kind === "poll" ? 1000 : 4000);
    const number = event.number;
    const old = line(number);
    const inside = !event.gone && event.tabs.includes(tab);
    const html = event.lines?.[tab] ?? event.html ?? "";
    if (!inside) {
      if (old) gone(old);
      const waits = fresh.findIndex((each) => each.dataset.id === number);
      if (waits >= 0) fresh.splice(waits, 1);
    } else if (!plain || !html) askSoon(number);
    else {
      const [li] = parse(html);
      if (li) arrive(li);
    }
    if (!pane.hidden && number === pane.dataset.number && !pane.contains(document.activeElement)) stale();
  });

  let counting = 0;
  const countSoon = () => {
    counting ||= window.setTimeout(() => void count().finally(() => (counting = 0)), 1500 + Math.random() * 4000);
  };
  const badge = (place: Element | null, n: number | undefined) => {
    const kept = place?.querySelector<HTMLElement>(".count");
    if (!kept) return;
    kept.hidden = !n;
    kept.textContent = !n ? "" : n >= 100 ? "99+" : String(n);
  };
  async function count(): Promise<void> {
    const response = await fetch(`${desk}counts`, { credentials: "same-origin" });
    if (!response.ok || response.redirected) return;
    const found = (await response.json()) as { tabs: Record<string, number>; views: Record<string, number> };
    for (const each of document.querySelectorAll<HTMLElement>("[data-tab]")) {
      const n = found.tabs[each.dataset.tab ?? ""];
      if (each.tagName === "A" && n !== undefined) badge(each, n);
    }
    for (const each of document.querySelectorAll<HTMLElement>("[data-view]")) badge(each, found.views[each.dataset.view ?? ""]);
  }
  if (document.querySelector("[data-view]")) setTimeout(() => void count().catch(() => undefined), 300 + Math.random() * 700);

  // ---- the pane ----

  let looking: AbortController | null = null;
  let later = 0;
  let wanted = ""; // what the pane is to show; until it does, its keys do nothing
  function look(li: HTMLLIElement | null, now = false): void {
    if (!li) return;
    pane.hidden = false;
    split.classList.add("with-pane");
    clearTimeout(later);
    wanted = li.dataset.id ?? "";
    if (pane.dataset.number !== wanted) pane.inert = true;
    later = window.setTimeout(() => void show(li.dataset.id ?? ""), now ? 0 : 60);
  }
  async function show(number: string): Promise<void> {
    looking?.abort();
    looking = new AbortController();
    try {
      const response = await fetch(`${desk}matters/${number}/preview?query=${encodeURIComponent(query)}`, { credentials: "same-origin", signal: looking.signal });
      if (response.redirected) return location.assign(response.url);
      if (!response.ok) return shut();
      const html = await response.text();
      if (number !== wanted) return;
      pane.innerHTML = html;
      pane.dataset.number = number;
      pane.inert = false;
      pane.scrollTop = 0;
    } catch (error) {
      if (!(error instanceof DOMException)) tell(say("failed"));
    }
  }
  const stale = () => wanted && wanted === pane.dataset.number && void show(wanted);
  function shut(): void {
    if (pane.hidden) return;
    const inside = pane.contains(document.activeElement);
    pane.hidden = true;
    pane.innerHTML = "";
    delete pane.dataset.number;
    wanted = "";
    split.classList.remove("with-pane");
    if (inside) title(here())?.focus({ preventScroll: true });
  }
  pane.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-shut]")) shut();
  });
  pane.addEventListener("change", (event) => {
    const chosen = (event.target as Element).closest<HTMLSelectElement>("[data-template]");
    const said = chosen?.selectedOptions[0]?.dataset;
    const form = chosen?.form;
    if (!said || !form) return;
    (form.elements.namedItem("reason") as HTMLTextAreaElement).value = said.why ?? "";
    (form.elements.namedItem("route") as HTMLInputElement).value = said.route ?? "";
  });
  // Enter in a field of the pane sends its form; a new line in a text wants Shift.
  pane.addEventListener("keydown", (event) => {
    const target = event.target as HTMLElement;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && target.matches("select, textarea")) {
      event.preventDefault();
      (target as HTMLSelectElement).form?.requestSubmit();
    } else if (event.key === "Escape" && target.matches("select, textarea, input")) {
      const open = target.closest("details");
      if (open) open.open = false;
      title(here())?.focus({ preventScroll: true });
    }
  });
  list.addEventListener("click", (event) => {
    const target = event.target as Element;
    const li = target.closest<HTMLLIElement>("li.line");
    if (!li) return;
    if (target.closest(".tick")) return range(li, event.shiftKey);
    if (target.closest("a, input, button")) return;
    stand(li);
    if (pane.hidden && wide.matches) look(li, true);
  });

  // ---- many at once ----

  let from: string | null = null;
  const check = (li: HTMLLIElement, on: boolean) => {
    const box = tick(li);
    if (!box || li.classList.contains("gone")) return;
    if (on && !box.checked && ticked().length >= MOST) return tell(say("most"));
    box.checked = on;
  };
  function range(li: HTMLLIElement, shift: boolean): void {
    const on = tick(li)?.checked ?? false;
    const all = lines();
    const start = all.findIndex((each) => each.dataset.id === from);
    if (shift && start >= 0) {
      const stop = all.indexOf(li);
      for (const each of all.slice(Math.min(start, stop), Math.max(start, stop) + 1)) check(each, on);
    }
    from = li.dataset.id ?? null;
    counted();
  }
  const counted = () => {
    const n = ticked().length;
    bulk?.classList.toggle("on", n > 0);
    for (const li of lines()) li.classList.toggle("ticked", tick(li)?.checked ?? false);
    const place = document.querySelector("#chosen-n");
    if (place && n) place.textContent = say("chosen", n);
  };
  if (bulk) bulk.classList.add("scripts");
  const tickAll = () => {
    const all = lines().filter((each) => !each.classList.contains("gone"));
    const on = all.slice(0, MOST).some((each) => !tick(each)?.checked);
    for (const each of all) check(each, on);
    counted();
    if (ticked().length) tell(say("chosen", ticked().length));
  };
  const untick = () => {
    for (const box of ticked()) box.checked = false;
    counted();
  };
  document.querySelector("#ticks")?.addEventListener("click", tickAll);
  document.querySelector("#untick")?.addEventListener("click", untick);
  document.querySelector("#dense")?.addEventListener("click", (event) => {
    const on = list.classList.toggle("dense");
    (event.currentTarget as HTMLElement).setAttribute("aria-pressed", String(on));
    document.cookie = `dense=${on ? 1 : 0}; path=/desk/; max-age=31536000; samesite=lax`;
  });
  const keep = document.querySelector<HTMLDetailsElement>("details.keep");
  const keeping = document.querySelector<HTMLElement>(".keeping");
  keep?.addEventListener("toggle", () => {
    if (!keeping) return;
    keeping.hidden = !keep.open;
    if (keep.open) keeping.querySelector<HTMLElement>("input:not([type=hidden])")?.focus();
  });

  /** Send a form and lay its answer where it belongs; what was typed stays when nothing arrives. */
  async function send(form: HTMLFormElement, submitter: HTMLElement | null): Promise<void> {
    const body = new FormData(form, submitter);
    const next = form.matches("[data-act]") ? nextAfter() : null;
    form.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(form.action, { method: "POST", body, headers: { "X-Part": "1" }, credentials: "same-origin" });
      if (response.redirected) return location.assign(response.url);
      if (response.status === 401) {
        // The session has ended: sent as a page, so that what was typed is there after signing in.
        if (submitter instanceof HTMLButtonElement && submitter.name) {
          const pressed = document.createElement("input");
          [pressed.type, pressed.name, pressed.value] = ["hidden", submitter.name, submitter.value];
          form.append(pressed);
        }
        return form.submit();
      }
      const kept = document.createElement("template");
      kept.innerHTML = await response.text();
      const done = kept.content.querySelector<HTMLElement>(".told-many");
      if (done) await result(form, done, next);
      else if (kept.content.querySelector("form.bulk-ask")) lay(kept.content);
      else wrong(form, kept.content);
    } catch {
      tell(say("failed"));
      toast(say("failed"), "", true);
    } finally {
      form.removeAttribute("aria-busy");
      delete form.dataset.sent;
      for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-busy");
    }
  }
  const lay = (part: DocumentFragment) => {
    over.replaceChildren(part);
    for (const each of over.querySelectorAll(".scripted")) each.classList.remove("scripted");
    if (!over.open) over.showModal();
    over.querySelector<HTMLElement>(".bad input, .bad select, .bad textarea, select, textarea, input:not([type=hidden]), button")?.focus();
  };
  const wrong = (form: HTMLFormElement, part: DocumentFragment) => {
    const text = part.querySelector("main, .wrong, .notice")?.textContent?.replace(/\s+/g, " ").trim() || say("failed");
    const place = form.closest(".look")?.querySelector(".wrong");
    if (place) place.textContent = text;
    else toast(text, "", true);
  };
  const nextAfter = (): string | null => beside(1)?.dataset.id ?? beside(-1)?.dataset.id ?? null;

  async function result(form: HTMLFormElement, done: HTMLElement, next: string | null): Promise<void> {
    const numbers = (done.dataset.done ?? "").split(" ").filter(Boolean);
    const left = (done.dataset.left ?? "").split(" ").filter(Boolean);
    const said = done.dataset.said ?? "";
    const act = form.matches("[data-act]");
    for (const number of numbers) {
      const box = tick(line(number));
      if (box) box.checked = false;
    }
    await ask([...numbers, ...left.map((each) => each.split("~")[0] ?? "")]).catch(() => undefined);
    countSoon();
    if (numbers.length) toast(said, done.dataset.token ?? "", false);
    tell(said);
    if (act && left.length) {
      const why = done.querySelector(".each li");
      await show(wanted);
      const place = pane.querySelector<HTMLElement>(".wrong");
      if (place && why) place.append(...[...why.children].slice(1), said);
      return;
    }
    if (act) {
      if (form.hasAttribute("data-stay")) {
        await show(wanted);
        return title(here())?.focus({ preventScroll: true });
      }
      const there = next ? line(next) : null;
      const li = there && !there.matches(".gone, .leaving") ? there : (beside(1) ?? beside(-1));
      if (li && li.dataset.id !== done.dataset.done?.trim()) stand(li);
      else {
        shut();
        list.focus();
      }
      return sweep();
    }
    for (const each of left) {
      const [number = ""] = each.split("~");
      const li = line(number);
      const box = tick(li);
      if (!li || !box) continue;
      box.value = each;
      box.checked = !li.classList.contains("gone");
      const why = [...done.querySelectorAll<HTMLElement>(".each li")].find((row) => row.querySelector<HTMLInputElement>("input")?.value === each);
      li.querySelector(":scope > .why")?.remove();
      const text = why?.querySelector(".why")?.cloneNode(true);
      if (text) li.append(text);
    }
    counted();
    if (left.length) lay(fragment(done));
    else if (over.open) over.close();
    if (!left.length) title(here() ?? lines()[0])?.focus({ preventScroll: true });
  }
  const fragment = (element: HTMLElement): DocumentFragment => {
    const part = document.createDocumentFragment();
    part.append(element);
    return part;
  };

  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target as HTMLFormElement;
      if (form !== bulk && !form.matches("[data-part], [data-open]")) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (form.getAttribute("aria-busy")) return;
      if (form === bulk && !ticked().length) return tell(say("chosen", 0));
      void send(form, event.submitter);
    },
    true,
  );
  over.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-close]")) over.close();
  });
  over.addEventListener("close", () => {
    over.replaceChildren();
    title(here())?.focus({ preventScroll: true });
  });

  /** A short word at the edge, with the way back for ten seconds where there is one. */
  function toast(text: string, token: string, bad: boolean): void {
    const edge = document.querySelector("#toasts");
    if (!edge) return;
    edge.querySelector(".of-queue")?.remove();
    const box = document.createElement("div");
    box.className = `of-queue${bad ? " error" : ""}`;
    const said = document.createElement("span");
    said.textContent = text;
    box.append(said);
    if (token) {
      const back = document.createElement("button");
      back.type = "button";
      back.className = "btn btn-sm";
      back.dataset.key = "u";
      back.textContent = say("undo");
      back.addEventListener("click", () => {
        back.disabled = true;
        void undo(token, box);
      });
      box.append(back);
    }
    edge.append(box);
    setTimeout(() => box.remove(), 10_000);
  }
  async function undo(token: string, box: HTMLElement): Promise<void> {
    const body = new FormData();
    body.set("token", token);
    body.set("csrfmiddlewaretoken", document.querySelector<HTMLInputElement>("[name=csrfmiddlewaretoken]")?.value ?? "");
    const response = await fetch(`${desk}bulk/undo`, { method: "POST", body, headers: { "X-Part": "1" }, credentials: "same-origin" }).catch(() => null);
    box.remove();
    if (!response) return toast(say("failed"), "", true);
    if (response.redirected) return location.assign(response.url);
    const kept = document.createElement("template");
    kept.innerHTML = await response.text();
    const done = kept.content.querySelector<HTMLElement>(".told-many");
    if (!done) return toast(kept.content.querySelector("main")?.textContent?.trim() ?? say("failed"), "", true);
    const numbers = `${done.dataset.done ?? ""} ${done.dataset.left ?? ""}`.split(" ").filter(Boolean).map((each) => each.split("~")[0] ?? "");
    for (const number of numbers) line(number)?.remove();
    await ask(numbers).catch(() => undefined);
    if (fresh.length) bring(fresh.splice(0));
    waiting.hidden = true;
    const first = line(numbers[0] ?? "");
    if (first) stand(first);
    toast(done.dataset.said ?? say("undone"), "", !!done.dataset.left);
    tell(done.dataset.said ?? say("undone"));
    if (done.dataset.left) lay(fragment(done));
  }

  // ---- keys ----

  press("j|ArrowDown", say("down"), () => move(1));
  press("k|ArrowUp", say("up"), () => move(-1));
  press("Space", say("look"), () => {
    const li = here() ?? lines()[0] ?? null;
    if (!li) return tell(say("none"));
    if (!pane.hidden) return shut();
    look(li, true);
    stand(li);
  });
  press("o|Enter", say("open"), () => (title(here()) as HTMLAnchorElement | null)?.click());
  press("x", say("tick"), () => {
    const li = here() ?? lines()[0];
    const box = tick(li);
    if (!li || !box) return;
    check(li, !box.checked);
    from = li.dataset.id ?? null;
    counted();
    tell(say("chosen", ticked().length));
  });
  for (const [key, step, words] of [["J", 1, say("ticks")], ["K", -1, say("ticksup")]] as const) {
    press(key, words, () => {
      const li = here() ?? lines()[0];
      if (li) check(li, true);
      const next = beside(step);
      if (next) {
        check(next, true);
        stand(next);
      }
      counted();
    });
  }
  press("*", say("all"), tickAll);
  press("Escape", say("clear"), () => {
    if (!pane.hidden) shut();
    else untick();
    sweep();
  });
  document.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  listen();
  counted();
}
