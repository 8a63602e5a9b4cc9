// WGS-84, which the house speaks, and GCJ-02, which some base maps speak; the same as anxin/maps/gcj.py.
import type * as GeoJSON from "geojson";
export type Datum = "wgs84" | "gcj02";
type Pair = [lon: number, lat: number];
const { PI, sin, cos, sqrt, abs } = Math;
const LONG = 6378245, FLAT = 0.006693421622965943;

const shift = ([lon, lat]: Pair): Pair => {
  if (lat < 0.8293 || lat > 55.8271 || lon < 72.004 || lon > 137.8347) return [lon, lat];
  const x = lon - 105, y = lat - 35;
  const short = ((20 * sin(6 * x * PI) + 20 * sin(2 * x * PI)) * 2) / 3;
  const north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + short
    + ((20 * sin(y * PI) + 40 * sin((y / 3) * PI)) * 2) / 3 + ((160 * sin((y / 12) * PI) + 320 * sin((y * PI) / 30)) * 2) / 3;
  const east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + short
    + ((20 * sin(x * PI) + 40 * sin((x / 3) * PI)) * 2) / 3 + ((150 * sin((x / 12) * PI) + 300 * sin((x / 30) * PI)) * 2) / 3;
  const angle = (lat / 180) * PI, bend = 1 - FLAT * sin(angle) ** 2;
  return [lon + (east * 180) / ((LONG / sqrt(bend)) * cos(angle) * PI), lat + (north * 180) / (((LONG * (1 - FLAT)) / (bend * sqrt(bend))) * PI)];
};

/** A WGS-84 point as the base map shows it. */
export const shown = (datum: Datum, point: Pair): Pair => (datum === "wgs84" ? point : shift(point));

/** A point of the base map in WGS-84. */
export const meant = (datum: Datum, point: Pair): Pair => {
  if (datum === "wgs84") return point;
  let [lon, lat] = point;
  for (let round = 0; round < 6; round++) {
    const [seenLon, seenLat] = shift([lon, lat]);
    lon += point[0] - seenLon;
    lat += point[1] - seenLat;
  }
  return [lon, lat];
};

/** GeoJSON with every corner as the base map shows it. */
export function moved<T extends GeoJSON.FeatureCollection>(datum: Datum, collection: T): T {
  if (datum === "wgs84") return collection;
  const walk = (part: unknown): unknown => {
    if (!Array.isArray(part)) return part;
    return typeof part[0] === "number" ? shown(datum, part as Pair) : part.map(walk);
  };
  return {
    ...collection,
    features: collection.features.map((each) => ({ ...each, geometry: { ...each.geometry, coordinates: walk((each.geometry as GeoJSON.Point).coordinates) } as GeoJSON.Geometry })),
  };
}
