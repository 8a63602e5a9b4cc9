// The map of what is going on, fetched only when it is wanted or there is room for it; and what is nearest, found here:
// where the reader is never leaves the device.
export {};
interface Nearby { name: string; url: string; metres: number; lat: number; lon: number }

const map = document.querySelector("anxin-map") as (HTMLElement & { open?: () => Promise<{ go(lat: number, lon: number, zoom?: number): void; pin(at: { lat: number; lon: number } | null): void } | undefined> }) | null;
const show = document.querySelector<HTMLButtonElement>("#show-map"), locate = document.querySelector<HTMLButtonElement>("#near-me"), nearest = document.querySelector<HTMLElement>("#nearest");

const open = async () => {
  await import("../../maps/browser/map-element");
  if (show) show.hidden = true;
  return map?.open?.();
};

if (map && show) {
  show.hidden = false;
  show.addEventListener("click", () => void open().then(() => map.scrollIntoView({ block: "nearest" })));
  const wide = matchMedia("(min-width: 64rem)");
  const sight = new IntersectionObserver((seen) => {
    if (wide.matches && seen.some((each) => each.isIntersecting)) {
      sight.disconnect();
      void open();
    }
  });
  sight.observe(map.parentElement!);
}

const metres = (lat: number, lon: number, otherLat: number, otherLon: number) =>
  Math.hypot((otherLat - lat) * 111320, (otherLon - lon) * 111320 * Math.cos((lat * Math.PI) / 180));

async function near(lat: number, lon: number): Promise<Nearby[]> {
  const answer = await fetch(map!.getAttribute("layer")!);
  const { features } = (await answer.json()) as { features: { geometry: { coordinates: [number, number] }; properties: { title: string; text: string; url: string } }[] };
  return features
    .map(({ geometry: { coordinates: [x, y] }, properties: p }) => ({ name: `${p.title} ${p.text}`, url: p.url, lat: y, lon: x, metres: metres(lat, lon, y, x) }))
    .sort((one, other) => one.metres - other.metres)
    .filter((each) => each.metres < 8000)
    .slice(0, 5);
}

if (locate && nearest && map && "geolocation" in navigator) {
  const say = nearest.dataset;
  const far = (m: number) => (m < 950 ? say.metres!.replace("{m}", String(Math.max(50, Math.round(m / 50) * 50))) : say.km!.replace("{km}", (m / 1000).toFixed(1)));
  locate.hidden = false;
  locate.addEventListener("click", () => {
    locate.setAttribute("aria-busy", "true");
    navigator.geolocation.getCurrentPosition(
      async ({ coords }) => {
        const found = await near(coords.latitude, coords.longitude).catch(() => []);
        locate.removeAttribute("aria-busy");
        nearest.replaceChildren(Object.assign(document.createElement("p"), { textContent: found.length ? say.title : say.none }));
        if (found.length) {
          const list = document.createElement("ul");
          for (const each of found) {
            const item = document.createElement("li");
            item.append(Object.assign(document.createElement("a"), { href: each.url, textContent: each.name }), " ", Object.assign(document.createElement("span"), { textContent: far(each.metres) }));
            list.append(item);
          }
          nearest.append(list);
        }
        if (map.dataset.open !== undefined) {
          const drawn = await open();
          drawn?.go(coords.latitude, coords.longitude, 13.5);
          drawn?.pin({ lat: coords.latitude, lon: coords.longitude });
        }
      },
      () => {
        locate.removeAttribute("aria-busy");
        nearest.textContent = say.refused!;
      },
      { enableHighAccuracy: false, timeout: 15000, maximumAge: 300000 },
    );
  });
}
