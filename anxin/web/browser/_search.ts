// The field at the top of every page: what is found while one types, chosen with the arrows or the mouse.

const field = document.querySelector<HTMLInputElement>("#search");

if (field) {
  const list = document.createElement("div");
  list.id = "found";
  list.className = "found";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.getAttribute("aria-label") ?? "");
  list.hidden = true;
  field.after(list);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "false");

  let asking: AbortController | undefined;
  let later = 0;
  let at = -1;
  const options = () => [...list.querySelectorAll<HTMLAnchorElement>("a.hit")];
  const open = (shown: boolean) => {
    list.hidden = !shown;
    field.setAttribute("aria-expanded", String(shown));
    if (!shown) stand(-1);
  };
  const stand = (place: number) => {
    const all = options();
    at = all.length ? (place + all.length + 1) % (all.length + 1) : -1;
    if (at === all.length) at = -1;
    all.forEach((each, n) => each.setAttribute("aria-selected", String(n === at)));
    const now = all[at];
    if (now) {
      field.setAttribute("aria-activedescendant", now.id);
      now.scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  };
  const ask = async () => {
    asking?.abort();
    const said = field.value.trim();
    if (said.length < 2) return open(false);
    asking = new AbortController();
    try {
      const response = await fetch(`/desk/search?part=list&q=${encodeURIComponent(said)}`, {
        credentials: "same-origin",
        headers: { Accept: "text/html" },
        signal: asking.signal,
      });
      if (!response.ok || response.redirected) return open(false);
      list.innerHTML = await response.text(); // written and escaped by the server
      at = -1;
      open(document.activeElement === field);
    } catch {
      // Typed on, or no network: the field still sends its form.
    }
  };
  field.addEventListener("input", (event) => {
    clearTimeout(later);
    if ((event as InputEvent).isComposing) return;
    later = window.setTimeout(() => void ask(), 150);
  });
  field.addEventListener("compositionend", () => (later = window.setTimeout(() => void ask(), 150)));
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) return void ask();
      event.preventDefault();
      stand(event.key === "ArrowDown" ? at + 1 : at < 0 ? options().length - 1 : at - 1);
    } else if (event.key === "Enter" && at >= 0 && !list.hidden) {
      event.preventDefault();
      options()[at]?.click();
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      open(false);
    }
  });
  field.addEventListener("blur", () => setTimeout(() => list.contains(document.activeElement) || open(false), 200));
  list.addEventListener("mousedown", (event) => event.preventDefault());
}
