// The own area as a drawing that needs no network: borders, today's orders, what is known nearby; and the same as a list.
import { h, icon, svg } from "../lib/dom";
import { ICONS } from "../lib/drawn";
import { where } from "../lib/position";
import { get } from "../lib/store";
import { say } from "../lib/words";

const WIDTH = 1000;

export async function map(root: HTMLElement): Promise<void> {
  const day = await get("day");
  const shapes = day?.map ?? [];
  const all = shapes.filter((each) => each.own).flatMap((each) => each.rings.flat());
  const orders = (day?.orders ?? []).filter((each) => each.lat !== null && each.lon !== null);
  const near = (day?.near ?? []).filter((each) => !orders.some((one) => one.matter === each.number));
  const list = [
    ...orders.map((each, n) => h("li", {}, h("a", { class: "into", href: `#/task/${each.id}` }, h("b", { class: "mark" }, n + 1), each.title, h("span", { class: "soft" }, ` ${each.address}`)))),
    ...near.map((each) => h("li", {}, h("span", { class: "into" }, h("b", { class: "mark known" }, "·"), each.headline, h("span", { class: "soft" }, ` ${each.state}`)))),
  ];
  root.replaceChildren(h("h1", {}, say("地图"), " ", h("small", {}, day?.area ?? "")));
  if (all.length) {
    const lons = all.map(([lon]) => lon);
    const lats = all.map(([, lat]) => lat);
    const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...lats), Math.max(...lats)];
    const flat = Math.cos((((south + north) / 2) * Math.PI) / 180);
    const scale = (WIDTH * 0.88) / Math.max((east - west) * flat, (north - south) * 0.9, 1e-4);
    const at = (lon: number, lat: number): [number, number] => [WIDTH / 2 + (lon - (west + east) / 2) * flat * scale, WIDTH / 2 - (lat - (south + north) / 2) * scale];
    const path = (ring: [number, number][]) => `M${ring.map(([lon, lat]) => at(lon, lat).map((each) => each.toFixed(1)).join(" ")).join("L")}Z`;
    const drawing = svg("svg", { viewBox: `0 0 ${WIDTH} ${WIDTH}`, class: "map", role: "group", "aria-label": say("本区域地图") },
      shapes.map((each) => svg("path", { d: each.rings.map(path).join(""), class: each.own ? "own" : "other" })),
      shapes.map((each) => {
        const ring = (each.rings[0] ?? []).map(([lon, lat]) => at(lon, lat));
        const x = ring.reduce((sum, one) => sum + one[0], 0) / ring.length;
        const y = ring.reduce((sum, one) => sum + one[1], 0) / ring.length;
        return x > 0 && x < WIDTH && y > 0 && y < WIDTH && svg("text", { x, y, class: "name", "data-font": 26 }, each.name);
      }),
      near.map((each) => {
        const [x, y] = at(each.lon, each.lat);
        return svg("circle", { cx: x, cy: y, "data-r": 13, class: "known" }, svg("title", {}, each.headline));
      }),
      orders.map((each, n) => {
        const [x, y] = at(each.lon ?? 0, each.lat ?? 0);
        return svg("a", { href: `#/task/${each.id}`, "aria-label": `${n + 1} ${each.title}` }, svg("circle", { cx: x, cy: y, "data-r": 34, class: "point" }), svg("text", { x, y, dy: ".35em", class: "count", "data-font": 36 }, n + 1));
      }));
    const view = { x: 0, y: 0, size: WIDTH };
    const crowded = shapes.length > 12;
    const show = () => {
      drawing.setAttribute("viewBox", `${view.x} ${view.y} ${view.size} ${view.size}`);
      const unit = view.size / WIDTH; // what is written and marked stays as large as it is
      for (const each of drawing.querySelectorAll<SVGElement>("[data-r]")) each.setAttribute("r", String(Number(each.dataset.r) * unit));
      for (const each of drawing.querySelectorAll<SVGElement>("[data-font]")) each.setAttribute("font-size", String(Number(each.dataset.font) * unit));
      for (const each of drawing.querySelectorAll<SVGElement>(".name")) each.setAttribute("visibility", crowded && unit > 0.4 ? "hidden" : "visible");
    };
    const zoom = (by: number) => {
      const size = Math.min(WIDTH * 2, Math.max(WIDTH / 16, view.size * by));
      view.x += (view.size - size) / 2;
      view.y += (view.size - size) / 2;
      view.size = size;
      show();
    };
    let from: [number, number] | undefined;
    drawing.addEventListener("pointerdown", (event) => (from = [event.clientX, event.clientY]));
    drawing.addEventListener("pointerup", () => (from = undefined));
    drawing.addEventListener("pointercancel", () => (from = undefined));
    drawing.addEventListener("pointermove", (event) => {
      if (!from) return;
      const unit = view.size / drawing.getBoundingClientRect().width;
      view.x -= (event.clientX - from[0]) * unit;
      view.y -= (event.clientY - from[1]) * unit;
      from = [event.clientX, event.clientY];
      show();
    });
    const me = svg("circle", { "data-r": 18, class: "me", cx: -9999, cy: -9999 });
    drawing.append(me);
    show();
    const find = async (): Promise<void> => {
      const fix = await where();
      if (!fix) return;
      const [x, y] = at(fix.lon, fix.lat);
      me.setAttribute("cx", String(x));
      me.setAttribute("cy", String(y));
    };
    root.append(drawing, h("div", { class: "row" },
      h("button", { type: "button", class: "big plain", "aria-label": say("放大"), onclick: () => zoom(0.6) }, "+"), h("button", { type: "button", class: "big plain", "aria-label": say("缩小"), onclick: () => zoom(1 / 0.6) }, "−"), h("button", { type: "button", class: "big plain", onclick: () => void find() }, icon(ICONS.arrive), say("我的位置"))),
    h("p", { class: "soft" }, say("边界为示意，不作测绘依据")));
  }
  root.append(h("h2", {}, say("工单和已知事项")), list.length ? h("ul", { class: "list" }, list) : h("p", { class: "empty" }, say("地图上没有点")));
}
