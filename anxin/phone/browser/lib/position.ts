// Where the phone is (WGS-84), and which area of the day's map that is. Nothing is followed: it is asked once, when
// the person reports or arrives.
import type { Outline } from "./store";

export interface Fix {
  lat: number;
  lon: number;
  /** Metres. */
  accuracy: number;
}

/** The position now, or undefined when the device does not say within eight seconds. */
export function where(): Promise<Fix | undefined> {
  return new Promise((give) => {
    if (!("geolocation" in navigator)) return give(undefined);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => give({ lat: coords.latitude, lon: coords.longitude, accuracy: Math.round(coords.accuracy) }),
      () => give(undefined),
      { enableHighAccuracy: true, timeout: 8000, maximumAge: 30_000 },
    );
  });
}

/** Metres between two points; good to a percent over a city. */
export function metres(a: { lat: number; lon: number }, b: { lat: number; lon: number }): number {
  const east = (a.lon - b.lon) * Math.cos((a.lat * Math.PI) / 180);
  return Math.round(Math.hypot(a.lat - b.lat, east) * 111_195);
}

/** The outline a point lies in. */
export const areaAt = (map: Outline[], lat: number, lon: number) => map.find((each) => each.rings.some((ring) => inside(ring, lat, lon)));

function inside(ring: [number, number][], lat: number, lon: number): boolean {
  let within = false;
  let [x, y] = ring[ring.length - 1] ?? [0, 0];
  for (const [u, v] of ring) {
    if (v > lat !== y > lat && lon < ((x - u) * (lat - v)) / (y - v) + u) within = !within;
    [x, y] = [u, v];
  }
  return within;
}
