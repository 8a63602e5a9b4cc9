// A list of bodies becomes a field to type in: name, first letters of the pinyin or function; suggestions come first.
// The list stays in the form and carries the value, so nothing changes for the server.

interface Found {
  code: string;
  name: string;
  why: string;
}

let made = 0;

export const findBodies = (select: HTMLSelectElement): void => {
  const at = select.closest<HTMLFormElement>("[data-bodies-at]")?.dataset["bodiesAt"];
  if (!at || select.dataset["found"]) return;
  select.dataset["found"] = "1";
  const chosenName = () => (select.value ? (select.selectedOptions[0]?.textContent ?? "") : "");
  const field = document.createElement("input");
  const list = document.createElement("ul");
  const frame = document.createElement("div");
  const number = ++made;
  field.type = "text";
  field.id = `${select.id}-find`;
  field.autocomplete = "off";
  field.spellcheck = false;
  field.placeholder = select.options[0]?.value === "" ? (select.options[0].textContent ?? "") : "";
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `bodies-${number}` })) field.setAttribute(name, value);
  if (select.getAttribute("aria-describedby")) field.setAttribute("aria-describedby", select.getAttribute("aria-describedby") ?? "");
  if (select.required) field.setAttribute("aria-required", "true");
  list.id = `bodies-${number}`;
  list.setAttribute("role", "listbox");
  list.hidden = true;
  frame.className = "find-bodies";
  const label = document.querySelector<HTMLLabelElement>(`label[for="${CSS.escape(select.id)}"]`);
  if (label) {
    label.htmlFor = field.id;
    list.setAttribute("aria-label", (label.firstChild?.textContent ?? "").trim() || "…");
  }
  select.hidden = true;
  select.tabIndex = -1;
  select.after(frame);
  frame.append(field, list);
  field.value = chosenName();

  let rows: Found[] = [];
  let here = -1;
  let timer = 0;
  let asked = 0;
  let stale = false; // what is listed belongs to what was typed before
  let waiting = false; // Enter was pressed before the answer came: the first of it is meant

  const close = () => {
    list.hidden = true;
    here = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  };
  const mark = () => {
    [...list.children].forEach((each, place) => {
      each.setAttribute("aria-selected", String(place === here));
      if (place === here) {
        field.setAttribute("aria-activedescendant", each.id);
        each.scrollIntoView({ block: "nearest" });
      }
    });
  };
  const choose = (found: Found | null) => {
    if (found && ![...select.options].some((each) => each.value === found.code)) select.add(new Option(found.name, found.code));
    select.value = found?.code ?? "";
    field.value = found?.name ?? "";
    close();
    select.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const show = () => {
    list.replaceChildren(
      ...rows.map((each, place) => {
        const row = document.createElement("li");
        const why = document.createElement("small");
        row.id = `${list.id}-${place}`;
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", "false");
        why.textContent = each.why;
        row.append(each.name, " ", why);
        row.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          choose(each);
        });
        return row;
      }),
    );
    list.hidden = !rows.length;
    field.setAttribute("aria-expanded", String(rows.length > 0));
    here = rows.length ? 0 : -1;
    mark();
  };
  const ask = async () => {
    const mine = ++asked;
    const before = field.value;
    const typed = before === chosenName() ? "" : before.trim();
    try {
      const answer = await fetch(`${at}?q=${encodeURIComponent(typed)}`, { headers: { Accept: "application/json" } });
      if (!answer.ok || mine !== asked || before !== field.value || (document.activeElement !== field && !waiting)) return;
      const taken = new Set([...(select.form?.querySelectorAll<HTMLSelectElement>("select[data-bodies]") ?? [])].filter((each) => each !== select && each.name !== "lead").map((each) => each.value));
      rows = ((await answer.json()) as { bodies: Found[] }).bodies.filter((each) => !taken.has(each.code));
      stale = false;
      if (waiting && rows[0]) choose(rows[0]);
      else show();
      waiting = false;
    } catch {
      waiting = false;
      close();
    }
  };
  field.addEventListener("focus", () => {
    field.select();
    void ask();
  });
  field.addEventListener("input", () => {
    stale = true;
    clearTimeout(timer);
    timer = window.setTimeout(ask, 120);
  });
  field.addEventListener("blur", () => {
    if (waiting) return;
    stale = false;
    if (!field.value.trim() && select.value) choose(null);
    else field.value = chosenName();
    close();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" && list.hidden) void ask();
    else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      here = (here + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % Math.max(rows.length, 1);
      mark();
    } else if (event.key === "Enter" && stale) (waiting = true), clearTimeout(timer), void ask();
    else if (event.key === "Enter" && !list.hidden && rows[here]) choose(rows[here] ?? null);
    else if (event.key === "Enter") return;
    else if (event.key === "Escape" && !list.hidden) close();
    else return;
    event.preventDefault();
  });
};
