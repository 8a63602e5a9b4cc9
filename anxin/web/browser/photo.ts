// A photo before it is public: rectangles drawn by pointer, moved by keys, or written as numbers; all three are one.
import { listen } from "./_keys";

const frame = document.querySelector<HTMLElement>("[data-cover]");
const form = document.querySelector<HTMLFormElement>("#cover-form");
const image = frame?.querySelector("img");
const wide = Number(frame?.dataset["width"] ?? 1);
const high = Number(frame?.dataset["height"] ?? 1);
const chinese = document.documentElement.lang.startsWith("zh");
type Box = [number, number, number, number];

const body = form?.querySelector("tbody");
const rows = (): HTMLTableRowElement[] => [...(body?.rows ?? [])];
const fields = (row: HTMLTableRowElement): HTMLInputElement[] => [...row.querySelectorAll("input")];
const read = (row: HTMLTableRowElement): Box | null => {
  const said = fields(row).map((each) => each.value.trim());
  return said.every((each) => /^-?\d+$/.test(each)) ? (said.map(Number) as Box) : null;
};
const boxes = new Map<HTMLTableRowElement, HTMLElement>();

const hold = ([x, y, w, h]: Box): Box => {
  const width = Math.min(Math.max(w, 4), wide);
  const height = Math.min(Math.max(h, 4), high);
  return [Math.min(Math.max(x, 0), wide - width), Math.min(Math.max(y, 0), high - height), width, height].map(Math.round) as Box;
};

const write = (row: HTMLTableRowElement, box: Box): void => {
  fields(row).forEach((field, place) => (field.value = String(box[place])));
  draw(row);
};

const clear = (row: HTMLTableRowElement): void => {
  for (const field of fields(row)) field.value = "";
  draw(row);
};

/** A row that is free, or a new one. */
const free = (): HTMLTableRowElement | null => {
  const empty = rows().find((row) => fields(row).every((each) => !each.value));
  if (empty || !body) return empty ?? null;
  const last = rows().at(-1);
  if (!last || rows().length >= 60) return null;
  const row = last.cloneNode(true) as HTMLTableRowElement;
  const number = rows().length + 1;
  for (const field of fields(row)) {
    field.name = field.name.replace(/\d+$/, String(number));
    field.setAttribute("aria-label", (field.getAttribute("aria-label") ?? "").replace(/\d+$/, String(number)));
    field.value = "";
  }
  if (row.cells[0]) row.cells[0].textContent = String(number);
  body.append(row);
  watch(row);
  return row;
};

function draw(row: HTMLTableRowElement): void {
  const box = read(row);
  let shape = boxes.get(row);
  if (!box) {
    shape?.remove();
    boxes.delete(row);
    return;
  }
  if (!shape && frame) {
    shape = document.createElement("div");
    shape.className = "box";
    shape.tabIndex = 0;
    shape.setAttribute("role", "img");
    shape.addEventListener("keydown", (event) => onKey(event, row));
    shape.addEventListener("pointerdown", (event) => move(event, row));
    frame.append(shape);
    boxes.set(row, shape);
  }
  if (!shape) return;
  const [x, y, w, h] = box;
  shape.style.left = `${(x / wide) * 100}%`;
  shape.style.top = `${(y / high) * 100}%`;
  shape.style.width = `${(w / wide) * 100}%`;
  shape.style.height = `${(h / high) * 100}%`;
  const place = rows().indexOf(row) + 1;
  shape.setAttribute("aria-label", chinese ? `遮盖 ${place}：左 ${x}，上 ${y}，宽 ${w}，高 ${h}` : `Cover ${place}: left ${x}, top ${y}, width ${w}, height ${h}`);
}

function onKey(event: KeyboardEvent, row: HTMLTableRowElement): void {
  const box = read(row);
  const ways: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const way = ways[event.key];
  if (event.key === "Delete" || event.key === "Backspace") {
    clear(row);
    ([...boxes.values()].at(-1) ?? document.querySelector<HTMLElement>("[data-add-box]"))?.focus();
  } else if (box && way) {
    const step = Math.max(1, Math.round(Math.max(wide, high) / 100));
    const [dx, dy] = [way[0] * step, way[1] * step];
    write(row, hold(event.shiftKey ? [box[0], box[1], box[2] + dx, box[3] + dy] : [box[0] + dx, box[1] + dy, box[2], box[3]]));
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

/** Where the pointer is, in pixels of the picture. */
const at = (event: PointerEvent): [number, number] => {
  const seen = frame!.getBoundingClientRect();
  return [((event.clientX - seen.left) / seen.width) * wide, ((event.clientY - seen.top) / seen.height) * high];
};

const follow = (event: PointerEvent, act: (x: number, y: number) => void, end: () => void = () => undefined): void => {
  event.preventDefault();
  const going = (now: PointerEvent) => act(...at(now));
  const over = () => {
    removeEventListener("pointermove", going);
    removeEventListener("pointerup", over);
    removeEventListener("pointercancel", over);
    end();
  };
  addEventListener("pointermove", going);
  addEventListener("pointerup", over);
  addEventListener("pointercancel", over);
};

function move(event: PointerEvent, row: HTMLTableRowElement): void {
  const box = read(row);
  if (!box) return;
  event.stopPropagation();
  boxes.get(row)?.focus();
  const [x, y] = at(event);
  follow(event, (nx, ny) => write(row, hold([box[0] + nx - x, box[1] + ny - y, box[2], box[3]])));
}

function watch(row: HTMLTableRowElement): void {
  row.addEventListener("input", () => draw(row));
}

if (frame && form && image) {
  image.draggable = false;
  frame.classList.add("draws");
  frame.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const row = free();
    if (!row) return;
    const [x, y] = at(event);
    follow(
      event,
      (nx, ny) => write(row, hold([Math.min(x, nx), Math.min(y, ny), Math.abs(nx - x), Math.abs(ny - y)])),
      () => {
        const box = read(row);
        if (box && box[2] <= 4 && box[3] <= 4) clear(row);
        else boxes.get(row)?.focus();
      },
    );
  });
  document.querySelector("[data-add-box]")?.addEventListener("click", () => {
    const row = free();
    if (!row) return;
    write(row, hold([wide * 0.4, high * 0.4, wide * 0.2, high * 0.2]));
    boxes.get(row)?.focus();
  });
  rows().forEach((row) => {
    watch(row);
    draw(row);
  });
}
document.documentElement.classList.add("scripts");
listen();
