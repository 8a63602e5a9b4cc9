// <anxin-map>: a map a page asks for by attributes. Small; the map itself is fetched when the element comes into view.
//   lat lon zoom   where to begin (WGS-84)         areas    code of an area: the ones below it are drawn
//   layer          address of a GeoJSON of points  list     id of the list that shows the same things (data-id)
//   cluster heat   heaps, heat                      picks    choose a point; into="lat-id lon-id" fills two fields
//   gentle         in a page that scrolls           wait     open only when open() is called
//   label          what the map is of               plain    without borders and names of our own areas
// Events: anxin-ready (detail: AnxinMap), anxin-pick (Place), anxin-select ({id}), anxin-area ({code, name, level}).
import "./lib/element.scss";
import type { AnxinMap, MapOptions, Place } from "./lib/map";
import { words } from "./lib/words";

export class MapElement extends HTMLElement {
  static observedAttributes = ["layer", "heat", "cluster", "areas"];
  /** The open map; undefined before it is open. */
  map?: AnxinMap;
  #opening?: Promise<AnxinMap | undefined>;
  #view?: IntersectionObserver;

  connectedCallback(): void {
    if (this.hasAttribute("wait")) return;
    this.#view = new IntersectionObserver((seen) => { if (seen.some((each) => each.isIntersecting)) void this.open(); }, { rootMargin: "200px" });
    this.#view.observe(this);
  }

  disconnectedCallback(): void {
    this.#view?.disconnect();
    const opening = this.#opening;
    this.#opening = undefined;
    void opening?.then((map) => map?.close());
    this.map = undefined;
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (!this.map || before === now) return;
    if (name === "heat") this.map.heat(now !== null);
    else if (name === "cluster") this.map.cluster(now !== null);
    else if (name === "layer" && now) void this.map.load(now).catch((error: unknown) => this.#say(error));
    else if (name === "areas" && now) void this.map.open(now).catch((error: unknown) => this.#say(error));
  }

  /** Open the map now; the same map when it is open already, undefined where there can be none. */
  open(): Promise<AnxinMap | undefined> {
    this.#view?.disconnect();
    return (this.#opening ??= this.#open());
  }

  async #open(): Promise<AnxinMap | undefined> {
    this.setAttribute("aria-busy", "true");
    try {
      const { openMap } = await import("./lib/map");
      const map = await openMap(this, this.#wanted());
      if (!this.isConnected) {
        map.close();
        return undefined;
      }
      this.map = map;
      this.dataset["open"] = "";
      this.dispatchEvent(new CustomEvent("anxin-ready", { detail: map, bubbles: true }));
      return map;
    } catch (error) {
      this.#say(error);
      return undefined;
    } finally {
      this.removeAttribute("aria-busy");
    }
  }

  #wanted(): MapOptions {
    const number = (name: string) => (this.getAttribute(name) ? Number(this.getAttribute(name)) : undefined);
    const wanted: MapOptions = {
      label: this.getAttribute("label") ?? words().map, cluster: this.hasAttribute("cluster"), heat: this.hasAttribute("heat"), picks: this.hasAttribute("picks"), gentle: this.hasAttribute("gentle"), plain: this.hasAttribute("plain"),
      list: document.getElementById(this.getAttribute("list") ?? ""),
    };
    for (const name of ["lat", "lon", "zoom"] as const) {
      const value = number(name);
      if (value !== undefined && Number.isFinite(value)) wanted[name] = value;
    }
    for (const name of ["areas", "layer"] as const) {
      const value = this.getAttribute(name);
      if (value) wanted[name] = value;
    }
    const [lat, lon] = (this.getAttribute("into") ?? "").split(" ").map((id) => document.getElementById(id) as HTMLInputElement | null);
    if (lat && lon) {
      this.addEventListener("anxin-pick", (event) => {
        const at = (event as CustomEvent<Place>).detail;
        for (const [field, value] of [[lat, at.lat], [lon, at.lon]] as const) {
          field.value = String(value);
          field.dispatchEvent(new Event("change", { bubbles: true }));
        }
      });
    }
    return wanted;
  }

  #say(error: unknown): void {
    this.querySelector(".map-none")?.remove();
    const line = Object.assign(document.createElement("p"), { className: "map-none", textContent: error instanceof Error && error.name === "NoMap" ? error.message : words().failed });
    line.setAttribute("role", "status");
    this.dataset["none"] = "";
    this.append(line);
    this.dispatchEvent(new CustomEvent("anxin-none", { detail: error, bubbles: true }));
  }
}

customElements.define("anxin-map", MapElement);
declare global {
  interface HTMLElementTagNameMap { "anxin-map": MapElement }
}
