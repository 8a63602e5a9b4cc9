// A map in an element of a page: opened when wanted, told in WGS-84, answering in WGS-84, whatever the base map speaks.
import type * as GeoJSON from "geojson";
import type { GeoJSONSource, Map as Drawn, MapGeoJSONFeature, Marker, StyleSpecification } from "maplibre-gl";
import { meant, moved, shown, type Datum } from "./gcj";
import { CLOSE, DOTS, FAMILY, shades, spots, style, type Inside, type Ink, type Told } from "./style";
import { words } from "./words";

export type Points = GeoJSON.FeatureCollection<GeoJSON.Point>;

export interface Place { lat: number; lon: number; area: { code: string; name: string } | null; words: string; by: "pointer" | "keyboard" | "button" }

export interface MapOptions {
  /** What the map is of, for who does not see it. */
  label?: string;
  lat?: number;
  lon?: number;
  zoom?: number;
  /** Code of an area: the ones below it are drawn, the map shows it whole, a click on one fires `anxin-area`. */
  areas?: string;
  /** Address of a GeoJSON of points (anxin/maps/points.py), or the points. */
  layer?: string | Points;
  cluster?: boolean;
  heat?: boolean;
  /** Let the reader choose a point: fires `anxin-pick` with a `Place`. */
  picks?: boolean;
  /** The list that shows the same things: its items carry `data-id`. */
  list?: HTMLElement | null;
  /** In a page that scrolls: one finger and the wheel move the page, two fingers and Ctrl the map. */
  gentle?: boolean;
  /** Neither borders nor names of our own areas. */
  plain?: boolean;
}

export interface AnxinMap {
  readonly element: HTMLElement;
  /** MapLibre's own map, for what is not here. Its coordinates are those of the base map, not WGS-84. */
  readonly drawn: Drawn;
  /** Show these points instead of those before. */
  show(points: Points): void;
  /** Load points from an address and show them. */
  load(address: string): Promise<void>;
  /** Shade the areas below `areas` (or the towns) by value; what is not named has none. The largest is the darkest. */
  shade(values: Record<string, number>): void;
  heat(on: boolean): void;
  cluster(on: boolean): void;
  /** Draw another area's children and show it whole. */
  open(code: string): Promise<void>;
  /** Mark one point or area as chosen, here and in the list; null: none. */
  choose(id: string | null, move?: boolean): void;
  /** Go somewhere (WGS-84). */
  go(lat: number, lon: number, zoom?: number): void;
  /** Show all points. */
  fit(): void;
  /** Put the one pin of the map somewhere; null: take it away. */
  pin(at: { lat: number; lon: number } | null): void;
  /** What is at the cross-hair (WGS-84). */
  middle(): Place;
  close(): void;
}

/** Why there is no map; its message can be shown to the reader. */
export class NoMap extends Error { override name = "NoMap"; }

let asked: Promise<Told> | null = null;
const ask = (): Promise<Told> => (asked ??= fetch("/maps/settings.json").then((answer) => (answer.ok ? (answer.json() as Promise<Told>) : Promise.reject(new NoMap(words().failed)))).catch((error: unknown) => { asked = null; throw error; }));

const canDraw = (): boolean => {
  try {
    return Boolean(document.createElement("canvas").getContext("webgl2"));
  } catch {
    return false;
  }
};

const empty = (): Points => ({ type: "FeatureCollection", features: [] });
// The worker is taken as it is: bundled anew it would come out empty, since its package says it has no effects.
const gl = async () => {
  const [lib, worker] = await Promise.all([import("maplibre-gl"), import("maplibre-gl/dist/maplibre-gl-worker.mjs?url"), import("maplibre-gl/dist/maplibre-gl.css"), import("./map.scss")]);
  lib.setWorkerUrl(worker.default);
  return lib;
};

/** The base map of an operator's own file: its address for MapLibre, and what is in it. */
async function open(lib: typeof import("maplibre-gl"), told: Told): Promise<Inside | null> {
  if (told.base?.sort !== "pmtiles") return null;
  const { PMTiles, Protocol } = await import("pmtiles");
  const protocol = new Protocol();
  lib.addProtocol("pmtiles", protocol.tile);
  const address = new URL(told.base.url, location.href).href;
  const file = new PMTiles(address);
  protocol.add(file);
  try {
    const header = await file.getHeader();
    const about = (await file.getMetadata()) as { vector_layers?: { id: string }[] };
    return { url: `pmtiles://${address}`, raster: header.tileType !== 1, layers: (about.vector_layers ?? []).map((each) => each.id), deepest: header.maxZoom };
  } catch {
    return null;
  }
}

/** Open a map in an element. Rejects with `NoMap` where the device cannot draw one. */
export async function openMap(element: HTMLElement, options: MapOptions = {}): Promise<AnxinMap> {
  const say = words();
  if (!canDraw()) throw new NoMap(say.none);
  const [told, lib] = await Promise.all([ask(), gl()]);
  const inside = await open(lib, told);
  const datum: Datum = told.datum;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const there = (lat: number, lon: number): [number, number] => shown(datum, [lon, lat]);
  const ink: Ink = (name) => getComputedStyle(element).getPropertyValue(`--map-${name}`).trim() || "#888888";

  let points = options.layer && typeof options.layer !== "string" ? options.layer : empty();
  let below: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
  let values: Record<string, number> = {};
  let heated = options.heat ?? false, heaped = options.cluster ?? false;
  let chosen: string | null = null;

  const frame = document.createElement("div");
  frame.className = "map-frame";
  element.append(frame);

  const whole = (): StyleSpecification => {
    const made = style(told, inside, ink, options.plain ?? false, options.layer !== undefined);
    const named: Points = { type: "FeatureCollection", features: below.features.map((each) => ({ type: "Feature", properties: each.properties, geometry: { type: "Point", coordinates: there(Number(each.properties?.["lat"]), Number(each.properties?.["lon"])) } })) };
    made.sources["below"] = { type: "geojson", data: moved(datum, below), promoteId: "code" };
    made.sources["below-names"] = { type: "geojson", data: named };
    made.sources["heat"] = { type: "geojson", data: moved(datum, points) };
    made.sources["points"] = { type: "geojson", data: moved(datum, points), promoteId: "id", cluster: heaped, clusterRadius: 46, clusterMaxZoom: 15, clusterProperties: { sum: ["+", ["coalesce", ["get", "count"], 1]], late: ["+", ["case", ["==", ["get", "tone"], "late"], 1, 0]] } };
    const [fill, line, name] = shades(ink, options.layer !== undefined);
    const names = made.layers.findIndex((each) => each.id.endsWith("-name"));
    made.layers.splice(names < 0 ? made.layers.length : names, 0, fill!, line!);
    if (below.features.length) made.layers = made.layers.filter((each) => each.id !== `own-${String(below.features[0]?.properties?.["level"])}-name`).concat(name!);
    made.layers.push(...spots(ink).map((layer) => (layer.id === "heat" ? { ...layer, layout: { visibility: heated ? "visible" : "none" } } : { ...layer, minzoom: heated ? CLOSE : 0 }) as typeof layer));
    return made;
  };

  const [west, south, east, north] = told.box;
  const place = options.lat !== undefined && options.lon !== undefined ? { center: there(options.lat, options.lon), zoom: options.zoom ?? 14 } : { bounds: [...there(south, west), ...there(north, east)] as [number, number, number, number], fitBoundsOptions: { padding: 12 } };
  let drawn: Drawn;
  try {
    drawn = new lib.Map({
      container: frame, style: whole(), ...place,
      minZoom: 4, maxZoom: 18.9, maxPitch: 0, dragRotate: false, pitchWithRotate: false, touchPitch: false, rollEnabled: false, renderWorldCopies: false,
      localIdeographFontFamily: FAMILY, fadeDuration: still ? 0 : 200, cooperativeGestures: options.gentle ?? false,
      keyboard: false, attributionControl: false, maplibreLogo: false,
      locale: { "Map.Title": options.label ?? say.map, "NavigationControl.ZoomIn": say.closer, "NavigationControl.ZoomOut": say.wider, "Popup.Close": say.close, "AttributionControl.ToggleAttribution": say.credit, "CooperativeGesturesHandler.WindowsHelpText": say.ctrl, "CooperativeGesturesHandler.MacHelpText": say.cmd, "CooperativeGesturesHandler.MobileHelpText": say.fingers },
    });
  } catch {
    frame.remove();
    throw new NoMap(say.none);
  }
  drawn.touchZoomRotate.disableRotation();
  drawn.addControl(new lib.NavigationControl({ showCompass: false }), "top-right");
  const credit = [told.base?.credit ?? "", told.approximate ? say.rough : ""].filter(Boolean).join(" · ");
  if (credit) {
    const line = document.createElement("p");
    line.className = "map-credit";
    line.textContent = credit;
    frame.append(line);
  }

  // ---- what is chosen, here and in the list -----------------------------------------------------------------------
  const items = (): HTMLElement[] => [...(options.list?.querySelectorAll<HTMLElement>("[data-id]") ?? [])];
  const mark = (id: string | null, on: boolean) => {
    if (id === null) return;
    for (const source of ["points", "below"]) if (drawn.getSource(source)) drawn.setFeatureState({ source, id }, { chosen: on });
    for (const item of items()) if (item.dataset["id"] === id) item.toggleAttribute("data-chosen", on);
  };
  const find = (id: string) => points.features.find((each) => each.properties?.["id"] === id);
  const choose = (id: string | null, move = false) => {
    if (id !== chosen) {
      mark(chosen, false);
      chosen = id;
      mark(id, true);
    }
    const at = id === null ? undefined : find(id)?.geometry.coordinates;
    if (move && at) drawn.easeTo({ center: there(at[1]!, at[0]!), zoom: Math.max(drawn.getZoom(), heaped ? 15.2 : 12), duration: still ? 0 : 450 });
  };
  const fire = (name: string, detail: unknown) => element.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  const select = (id: string, move: boolean) => {
    choose(id, move);
    items().find((item) => item.dataset["id"] === id)?.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
    fire("anxin-select", { id });
  };

  const told_ = new lib.Popup({ closeButton: true, maxWidth: "19rem", focusAfterOpen: false });
  const tell = (features: { properties: Record<string, unknown> | null }[], at: [number, number]) => {
    const box = document.createElement("div");
    box.className = "map-told";
    for (const { properties: p } of features.slice(0, 6)) {
      const line = document.createElement("p");
      const title = document.createElement(p?.["url"] ? "a" : "b");
      if (title instanceof HTMLAnchorElement) title.href = new URL(String(p?.["url"]), location.href).href;
      title.textContent = String(p?.["title"] || p?.["id"] || "");
      line.append(title);
      if (p?.["text"]) line.append(Object.assign(document.createElement("span"), { textContent: String(p["text"]) }));
      box.append(line);
    }
    if (features.length > 6) box.append(Object.assign(document.createElement("p"), { textContent: `… ${features.length - 6} ${say.more}` }));
    told_.setLngLat(at).setDOMContent(box).addTo(drawn);
  };

  const seen = (at: { x: number; y: number }, layers: string[]) => drawn.queryRenderedFeatures([at.x, at.y], { layers: layers.filter((id) => drawn.getLayer(id)) });
  const near = (at: { x: number; y: number }) => drawn.queryRenderedFeatures([[at.x - 7, at.y - 7], [at.x + 7, at.y + 7]], { layers: ["spots", "heaps"] });
  const placeAt = (x: number, y: number, by: Place["by"]): Place => {
    const spot = drawn.unproject([x, y]);
    const [lon, lat] = meant(datum, [spot.lng, spot.lat]);
    const names = ["own-grid-ask", "own-village-ask", "own-town-ask"].map((id) => seen({ x, y }, [id])[0]).filter((each): each is MapGeoJSONFeature => Boolean(each));
    const last = names[0];
    const said = [...names].reverse().map((each) => String(each.properties["name"]));
    return { lat: Number(lat.toFixed(6)), lon: Number(lon.toFixed(6)), area: last ? { code: String(last.properties["code"]), name: String(last.properties["name"]) } : null, words: said.join(" ") || say.nowhere, by };
  };

  drawn.on("click", (event) => {
    const found = near(event.point);
    const first = found[0];
    if (first?.properties["cluster"]) {
      const source = drawn.getSource<GeoJSONSource>("points")!;
      const at = (first.geometry as GeoJSON.Point).coordinates as [number, number];
      const id = Number(first.properties["cluster_id"]);
      void source.getClusterExpansionZoom(id).then(async (zoom) => {
        if (zoom > 15.5 || zoom <= drawn.getZoom()) tell((await source.getClusterLeaves(id, 30, 0)) as { properties: Record<string, unknown> | null }[], at);
        else drawn.easeTo({ center: at, zoom, duration: still ? 0 : 400 });
      });
    } else if (first) {
      const one = [...new Map(found.filter((each) => !each.properties["cluster"]).map((each) => [each.properties["id"], each])).values()];
      tell(one, (first.geometry as GeoJSON.Point).coordinates as [number, number]);
      select(String(first.properties["id"]), false);
    } else if (options.picks) {
      pick(event.point.x, event.point.y, "pointer");
    } else {
      const area = seen(event.point, ["below-fill"])[0];
      if (area) {
        choose(String(area.properties["code"]));
        fire("anxin-area", { code: area.properties["code"], name: area.properties["name"], level: area.properties["level"] });
      }
    }
  });
  for (const id of ["spots", "heaps"]) {
    drawn.on("mouseenter", id, () => { drawn.getCanvas().style.cursor = "pointer"; });
    drawn.on("mouseleave", id, () => { drawn.getCanvas().style.cursor = ""; });
  }
  const fromList = (event: Event) => {
    const item = (event.target as HTMLElement).closest<HTMLElement>("[data-id]");
    if (item && options.list?.contains(item)) choose(item.dataset["id"] ?? null, event.type === "click");
  };
  for (const type of ["focusin", "mouseover", "click"]) options.list?.addEventListener(type, fromList);

  // ---- the pin, the cross-hair and the keys ----------------------------------------------------------------------
  let marker: Marker | null = null;
  const pin: AnxinMap["pin"] = (at) => {
    marker?.remove();
    marker = at && new lib.Marker({ color: ink("accent") }).setLngLat(there(at.lat, at.lon)).addTo(drawn);
    marker?.getElement().removeAttribute("tabindex");
  };
  const live = Object.assign(document.createElement("p"), { className: "map-live" });
  live.setAttribute("role", "status");
  const canvas = drawn.getCanvas();
  const middle = (): Place => placeAt(canvas.clientWidth / 2, canvas.clientHeight / 2, "keyboard");
  const pick = (x: number, y: number, by: Place["by"]) => {
    const found = placeAt(x, y, by);
    pin(found);
    live.textContent = `${say.picked}${found.words}`;
    if (by === "pointer") drawn.easeTo({ center: there(found.lat, found.lon), duration: still ? 0 : 250 });
    fire("anxin-pick", found);
  };
  const hint = Object.assign(document.createElement("p"), { className: "map-hint", id: `map-hint-${Math.random().toString(36).slice(2, 8)}`, textContent: options.picks ? say.keys : say.walk });
  canvas.setAttribute("aria-describedby", hint.id);
  frame.append(hint, live);
  if (options.picks) {
    const cross = Object.assign(document.createElement("div"), { className: "map-cross" });
    cross.setAttribute("aria-hidden", "true");
    const button = Object.assign(document.createElement("button"), { type: "button", className: "map-pick", textContent: say.pick });
    button.addEventListener("click", () => pick(canvas.clientWidth / 2, canvas.clientHeight / 2, "button"));
    frame.append(cross, button);
  }
  let waiting = 0;
  const hear = () => {
    clearTimeout(waiting);
    waiting = window.setTimeout(() => { live.textContent = `${say.cross}${middle().words}`; }, 350);
  };
  const step: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = step[event.key];
    if (way) {
      const far = event.shiftKey ? 6 : options.picks ? 32 : 90;
      drawn.panBy([way[0] * far, way[1] * far], { duration: still ? 0 : 90 });
      if (options.picks) hear();
    } else if (event.key === "+" || event.key === "=" || event.key === "-") {
      drawn.easeTo({ zoom: drawn.getZoom() + (event.key === "-" ? -0.5 : 0.5), duration: still ? 0 : 120 });
      if (options.picks) hear();
    } else if (event.key === "Enter" && options.picks) {
      pick(canvas.clientWidth / 2, canvas.clientHeight / 2, "keyboard");
    } else if (event.key === "Escape" && told_.isOpen()) {
      told_.remove();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });

  // ---- what is shown -------------------------------------------------------------------------------------------
  const ready = new Promise<void>((done) => drawn.once("load", () => done()));
  const redraw = () => {
    drawn.setStyle(whole());
    void drawn.once("styledata", states);
  };
  const largest = () => Math.max(...Object.values(values), 0) || 1;
  function states() {
    if (drawn.getSource("below")) for (const each of below.features) {
      const code = String(each.properties?.["code"]);
      drawn.setFeatureState({ source: "below", id: code }, { value: code in values ? values[code]! / largest() : -1 });
    }
    mark(chosen, true);
  }
  const data = (source: string, what: GeoJSON.FeatureCollection) => drawn.getSource<GeoJSONSource>(source)?.setData(moved(datum, what));
  const show: AnxinMap["show"] = (next) => {
    points = next;
    if (drawn.getSource("points")) {
      data("points", points);
      data("heat", points);
    }
  };
  const fit = () => {
    const at = points.features.map((each) => there(each.geometry.coordinates[1]!, each.geometry.coordinates[0]!));
    if (!at.length) return;
    const lons = at.map((each) => each[0]), lats = at.map((each) => each[1]);
    drawn.fitBounds([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)], { padding: 40, maxZoom: 15, duration: 0 });
  };
  const load: AnxinMap["load"] = async (address) => {
    const answer = await fetch(address, { headers: { Accept: "application/geo+json" } });
    if (!answer.ok) throw new NoMap(say.noPoints);
    show((await answer.json()) as Points);
  };
  const openArea: AnxinMap["open"] = async (code) => {
    const answer = await fetch(`/maps/areas/${encodeURIComponent(code)}.json`);
    if (!answer.ok) throw new NoMap(say.failed);
    const found = (await answer.json()) as GeoJSON.FeatureCollection & { area: { box: [number, number, number, number] | null } };
    below = { type: "FeatureCollection", features: found.features };
    redraw();
    if (found.area.box && options.lat === undefined) {
      const [w, s, e, n] = found.area.box;
      drawn.fitBounds([...there(s, w), ...there(n, e)] as [number, number, number, number], { padding: 24, duration: 0 });
    }
  };

  // Day and night: the colours are the page's, read anew when they change.
  const night = matchMedia("(prefers-color-scheme: dark)");
  night.addEventListener("change", redraw);
  const watch = new MutationObserver(redraw);
  watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-light"] });
  const sized = new ResizeObserver(() => drawn.resize());
  sized.observe(element);

  const made: AnxinMap = {
    element, drawn, show, load, choose, fit, pin, middle, open: openArea,
    shade(next) { values = next; states(); },
    heat(on) {
      heated = on;
      if (!drawn.getLayer("heat")) return;
      drawn.setLayoutProperty("heat", "visibility", on ? "visible" : "none");
      for (const id of DOTS) drawn.setLayerZoomRange(id, on ? CLOSE : 0, 24);
    },
    cluster(on) { heaped = on; void drawn.getSource<GeoJSONSource>("points")?.setClusterOptions({ cluster: on }); },
    go(lat, lon, zoom) { drawn.jumpTo({ center: there(lat, lon), ...(zoom === undefined ? {} : { zoom }) }); },
    close() {
      night.removeEventListener("change", redraw);
      watch.disconnect();
      sized.disconnect();
      clearTimeout(waiting);
      for (const type of ["focusin", "mouseover", "click"]) options.list?.removeEventListener(type, fromList);
      drawn.remove();
      frame.remove();
    },
  };
  if (options.areas) await openArea(options.areas).catch(() => undefined);
  if (typeof options.layer === "string") await load(options.layer);
  if (options.lat === undefined && !options.areas) fit();
  await Promise.race([ready, new Promise((done) => setTimeout(done, 8000))]);
  states();
  return made;
}
