// What the map looks like: our own areas in a calm style, with the operator's base map below or without one.
import type { ExpressionSpecification, FilterSpecification, LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";

/** What the server says a map must know (/maps/settings.json). */
export interface Told {
  tiles: string;
  deepest: number;
  box: [number, number, number, number];
  datum: "wgs84" | "gcj02";
  base: { sort: "raster" | "pmtiles"; tiles: string[]; url: string; credit: string; deepest: number } | null;
  approximate: boolean;
}

/** Of a base map of vectors: the names of its layers, where it is one. */
export interface Inside { url: string; raster: boolean; layers: string[]; deepest: number }

export type Ink = (name: string) => string;

const TINTS = ["tint-0", "tint-1", "tint-2", "tint-3", "tint-4"];
const FACES = ["Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", "system-ui", "sans-serif"];
export const FAMILY = FACES.map((face) => (/^[a-z-]+$/.test(face) ? face : `"${face}"`)).join(", ");

const tinted = (ink: Ink): ExpressionSpecification =>
  ["match", ["get", "tint"], 0, ink(TINTS[0]!), 1, ink(TINTS[1]!), 2, ink(TINTS[2]!), 3, ink(TINTS[3]!), ink(TINTS[4]!)];

const LEVELS: [level: string, from: number, width: number][] = [["microgrid", 14, 0.6], ["grid", 12, 0.9], ["village", 11, 1.2], ["town", 8, 1.4], ["county", 0, 2.2]];

function rasters(told: Told, ink: Ink, sources: Record<string, SourceSpecification>): LayerSpecification[] {
  const dim = ink("dim") === "1";
  return told.base!.tiles.map((address, at) => {
    sources[`base-${at}`] = {
      type: "raster", tileSize: 256, maxzoom: told.base!.deepest, attribution: at ? "" : told.base!.credit,
      tiles: address.includes("{s}") ? ["0", "1", "2", "3", "4", "5", "6", "7"].map((each) => address.replace("{s}", each)) : [address],
    };
    return { id: `base-${at}`, type: "raster", source: `base-${at}`, paint: { "raster-fade-duration": 0, ...(dim ? { "raster-brightness-max": 0.62, "raster-saturation": -0.45 } : {}) } };
  });
}

/** The layers most makers of vector base maps name alike (Protomaps, OpenMapTiles, and plain names). */
function vectors(inside: Inside, ink: Ink): LayerSpecification[] {
  const found: LayerSpecification[] = [];
  const has = (name: string) => inside.layers.includes(name);
  const fill = (name: string, colour: string, filter?: FilterSpecification) => has(name) && found.push({ id: `base-${name}-${found.length}`, type: "fill", source: "base", "source-layer": name, filter: filter ?? ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": ink(colour) } });
  const line = (name: string, colour: string, width: number) => has(name) && found.push({ id: `base-${name}-${found.length}`, type: "line", source: "base", "source-layer": name, filter: ["!=", ["geometry-type"], "Point"], layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": ink(colour), "line-width": ["interpolate", ["exponential", 1.6], ["zoom"], 8, width * 0.3, 13, width, 18, width * 9] } });
  const label = (name: string, size: number) => has(name) && found.push({ id: `base-${name}-${found.length}`, type: "symbol", source: "base", "source-layer": name, minzoom: 12, layout: { "text-field": ["coalesce", ["get", "name:zh-Hans"], ["get", "name:zh"], ["get", "name"], ""], "text-size": size, "text-font": FACES, "symbol-placement": "line-center" }, paint: { "text-color": ink("soft"), "text-halo-color": ink("halo"), "text-halo-width": 1.4 } });
  for (const name of ["earth", "land"]) fill(name, "land");
  for (const name of ["landuse", "landcover", "park", "natural"]) fill(name, "green");
  for (const name of ["water", "ocean"]) fill(name, "water");
  for (const name of ["waterway", "water"]) line(name, "water", 1);
  for (const name of ["buildings", "building"]) fill(name, "house");
  for (const name of ["roads", "transportation", "road"]) line(name, "road", 1.6);
  for (const name of ["roads", "transportation_name", "road"]) label(name, 11);
  return found;
}

/** The whole style, without the points: those are laid on top by the map. */
export function style(told: Told, inside: Inside | null, ink: Ink, plain: boolean, pointed = false): StyleSpecification {
  const sources: Record<string, SourceSpecification> = {
    own: { type: "vector", tiles: [new URL(told.tiles, location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}")], minzoom: 0, maxzoom: told.deepest, promoteId: "code" },
  };
  const layers: LayerSpecification[] = [{ id: "ground", type: "background", paint: { "background-color": ink("ground") } }];
  if (told.base?.sort === "raster") layers.push(...rasters(told, ink, sources));
  if (told.base && inside) {
    sources["base"] = inside.raster ? { type: "raster", url: inside.url, tileSize: 256, attribution: told.base.credit } : { type: "vector", url: inside.url, attribution: told.base.credit };
    layers.push(...(inside.raster ? [{ id: "base-0", type: "raster", source: "base" } as LayerSpecification] : vectors(inside, ink)));
  }
  const based = layers.length > 1;
  if (!based) {
    layers.push({ id: "own-land", type: "fill", source: "own", "source-layer": "county", paint: { "fill-color": ink("land"), "fill-antialias": false } });
    layers.push({ id: "own-tint", type: "fill", source: "own", "source-layer": "town", minzoom: 8, paint: { "fill-color": tinted(ink), "fill-antialias": false } });
  }
  // Without colour: what a cross-hair or a finger is on is asked of these.
  for (const level of ["town", "village", "grid"]) layers.push({ id: `own-${level}-ask`, type: "fill", source: "own", "source-layer": level, paint: { "fill-opacity": 0 } });
  if (!plain) {
    for (const [level, from, width] of LEVELS) {
      layers.push({
        id: `own-${level}-line`, type: "line", source: "own", "source-layer": level, minzoom: from, layout: { "line-join": "round" },
        paint: {
          "line-color": ink(level === "county" ? "border" : level === "town" || based ? "edge" : "hair"),
          "line-width": ["interpolate", ["linear"], ["zoom"], from, width * 0.6, from + 3, width * 1.25],
          "line-opacity": based && level !== "county" && level !== "town" ? 0.7 : 1,
          ...(level === "village" ? { "line-dasharray": [4, 2] } : level === "microgrid" ? { "line-dasharray": [1.5, 2] } : {}),
        },
      });
    }
    layers.push(...labels(ink, based, pointed));
  }
  return { version: 8, sources, layers };
}

function labels(ink: Ink, based: boolean, pointed: boolean): LayerSpecification[] {
  // Points often stand in the middle of an area: names then make room below it.
  const room: { "text-anchor"?: "top"; "text-offset"?: [number, number] } = pointed ? { "text-anchor": "top", "text-offset": [0, 1.05] } : {};
  const one = (level: string, from: number, to: number, size: ExpressionSpecification | number, colour: string, more: object = {}): LayerSpecification => ({
    id: `own-${level}-name`, type: "symbol", source: "own", "source-layer": "labels", minzoom: from, maxzoom: to,
    filter: ["==", ["get", "level"], level],
    layout: { "text-field": ["get", "name"], "text-font": FACES, "text-size": size, "text-max-width": 8, "text-padding": 6, ...room, ...more },
    paint: { "text-color": ink(colour), "text-halo-color": ink("halo"), "text-halo-width": based ? 1.8 : 1.4 },
  });
  const grid: ExpressionSpecification = ["format", ["get", "name"], {}, ["case", ["!=", ["get", "also"], ""], ["concat", "\n", ["get", "also"]], ""], { "font-scale": 0.92, "text-color": ink("place") }];
  return [
    one("microgrid", 16, 24, 11, "soft"),
    one("grid", 13.6, 24, ["interpolate", ["linear"], ["zoom"], 13.6, 11, 16, 14], "soft", { "text-field": grid }),
    one("village", 11.6, 14.6, ["interpolate", ["linear"], ["zoom"], 11.6, 11, 14, 14], "ink"),
    one("town", 9, 13.4, ["interpolate", ["linear"], ["zoom"], 9, 12, 13, 17], "ink", { "text-letter-spacing": 0.04 }),
    one("county", 6, 9.6, ["interpolate", ["linear"], ["zoom"], 6, 12, 9.6, 18], "strong", { "text-letter-spacing": 0.12 }),
  ];
}

/** Where heat is shown, single points begin only here. */
export const CLOSE = 13.5;
export const DOTS = ["heaps", "heap-counts", "spots", "spot-marks"];

/** How points and heaps of points are drawn, over everything else. */
export function spots(ink: Ink): LayerSpecification[] {
  const tone: ExpressionSpecification = ["match", ["get", "tone"], "late", ink("late"), "soon", ink("soon"), "good", ink("good"), "still", ink("still"), ink("accent")];
  const chosen: ExpressionSpecification = ["boolean", ["feature-state", "chosen"], false];
  const many: ExpressionSpecification = ["coalesce", ["get", "sum"], ["get", "count"], 1];
  const heap: FilterSpecification = ["any", ["has", "point_count"], [">", ["coalesce", ["get", "count"], 1], 1]];
  return [
    {
      id: "heat", type: "heatmap", source: "heat", layout: { visibility: "none" },
      paint: {
        "heatmap-weight": ["interpolate", ["linear"], ["ln", ["max", ["coalesce", ["get", "count"], 1], 1]], 0, 0.35, 4, 2], "heatmap-radius": ["interpolate", ["linear"], ["zoom"], 8, 22, 12, 42, 15, 70],
        "heatmap-intensity": ["interpolate", ["linear"], ["zoom"], 8, 0.7, 15, 1.6], "heatmap-opacity": 0.82,
        "heatmap-color": ["interpolate", ["linear"], ["heatmap-density"], 0, `${ink("heat-1")}00`, 0.15, ink("heat-1"), 0.5, ink("heat-2"), 0.8, ink("heat-3"), 1, ink("heat-4")],
      },
    },
    {
      id: "heaps", type: "circle", source: "points", filter: heap,
      paint: {
        "circle-color": ["case", [">", ["coalesce", ["get", "late"], 0], 0], ink("late"), ["has", "point_count"], ink("accent"), tone],
        "circle-radius": ["interpolate", ["linear"], ["ln", ["max", many, 1]], 0, 12, 3, 18, 8, 32],
        "circle-stroke-color": ink("halo"), "circle-stroke-width": ["case", chosen, 5, 2.5],
      },
    },
    { id: "heap-counts", type: "symbol", source: "points", filter: heap, layout: { "text-field": ["to-string", many], "text-font": ["system-ui", "sans-serif"], "text-size": 13, "text-allow-overlap": true, "text-ignore-placement": true }, paint: { "text-color": ink("on-spot") } },
    {
      id: "spots", type: "circle", source: "points", filter: ["!", heap as ExpressionSpecification],
      paint: { "circle-color": tone, "circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 6, 15, 9], "circle-stroke-color": ["case", chosen, ink("strong"), ink("halo")], "circle-stroke-width": ["case", chosen, 4, 2] },
    },
    { id: "spot-marks", type: "symbol", source: "points", filter: ["all", ["!", heap as ExpressionSpecification], ["==", ["get", "tone"], "late"]], layout: { "text-field": "!", "text-font": ["system-ui", "sans-serif"], "text-size": 12, "text-allow-overlap": true, "text-ignore-placement": true }, paint: { "text-color": ink("on-spot") } },
  ];
}

/** The areas under one: shaded by value where values are given, else only outlined. */
export function shades(ink: Ink, pointed = false): LayerSpecification[] {
  const value: ExpressionSpecification = ["coalesce", ["feature-state", "value"], -1];
  return [
    { id: "below-fill", type: "fill", source: "below", paint: { "fill-color": ["interpolate", ["linear"], value, 0, ink("shade-0"), 0.5, ink("shade-1"), 1, ink("shade-2")], "fill-opacity": ["case", ["<", value, 0], 0, 0.72] } },
    { id: "below-line", type: "line", source: "below", paint: { "line-color": ["case", ["boolean", ["feature-state", "chosen"], false], ink("strong"), ink("border")], "line-width": ["case", ["boolean", ["feature-state", "chosen"], false], 3.5, 1.6] } },
    { id: "below-name", type: "symbol", source: "below-names", layout: { "text-field": ["get", "name"], "text-font": FACES, "text-size": 13, "text-max-width": 7, ...(pointed ? { "text-anchor": "top", "text-offset": [0, 1.05] } : {}) }, paint: { "text-color": ink("ink"), "text-halo-color": ink("halo"), "text-halo-width": 1.6 } },
  ];
}
