// What the browser gets: every file directly in a folder `browser/` is an entry, unless its name begins with `_`.
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { PurgeCSS } from "purgecss";
import { defineConfig, type Plugin } from "vite";

const files = () => readdirSync("anxin", { recursive: true, encoding: "utf8" }).map((file) => join("anxin", file));
const sources = files().filter((file) => /\/browser\/[^/_][^/]*\.(ts|scss)$/.test(file));
const input = Object.fromEntries(
  sources.map((file) => [file.slice("anxin/".length).replace("/browser/", "-").replaceAll("/", "-").replace(/\.ts$/, "").replace(/(-style)?\.scss$/, "-style"), resolve(file)]),
);
const written = () => files().filter((file) => /\.(html|py|ts)$/.test(file) && !file.includes("/tests/"));

/** One file with the icons whose names stand in a template (`{% icon "bell" %}`), a module or a script (`icon:bell`). */
function sprite(): Plugin {
  return {
    name: "anxin-icons",
    generateBundle() {
      const found = new Set<string>();
      for (const file of written()) {
        for (const [, tag, coded] of readFileSync(file, "utf8").matchAll(/icon "([a-z0-9-]+)"|icon[:=] ?"([a-z0-9-]+)"/g)) {
          const name = tag ?? coded;
          if (name) found.add(name);
        }
      }
      const symbols: string[] = [];
      for (const name of [...found].sort()) {
        let svg: string;
        try {
          svg = readFileSync(`node_modules/@tabler/icons/icons/outline/${name}.svg`, "utf8");
        } catch {
          continue;
        }
        const inside = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s*\n\s*/g, "");
        symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${inside}</symbol>`);
      }
      this.emitFile({ type: "asset", fileName: "icons.svg", source: `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>` });
    },
  };
}

/** Of the desk's kit only the rules whose words stand somewhere in a template, a module or a script. */
function purge(): Plugin {
  return {
    name: "anxin-purge",
    async generateBundle(_options, bundle) {
      for (const asset of Object.values(bundle)) {
        if (asset.type !== "asset" || !asset.fileName.endsWith(".css")) continue;
        const css = String(asset.source);
        if (!css.includes("--btn-variant")) continue;
        const [kept] = await new PurgeCSS().purge({ content: written(), css: [{ raw: css }], keyframes: true, safelist: { standard: [/^htmx-/], greedy: [/data-bs-theme/, /popover-open/] } });
        if (kept) asset.source = kept.css;
      }
    },
  };
}

export default defineConfig({
  base: "/static/built/",
  publicDir: false,
  css: { preprocessorOptions: { scss: { quietDeps: true, silenceDeprecations: ["import", "if-function"] } } },
  build: {
    outDir: "built",
    emptyOutDir: false, // a server may be reading what was built before; names carry hashes, and run/_ready begins anew
    manifest: true,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rollupOptions: { input, output: { entryFileNames: "[name]-[hash].js", chunkFileNames: "[name]-[hash].js", assetFileNames: "[name]-[hash][extname]" } },
  },
  worker: { format: "es" },
  plugins: [sprite(), purge()],
});
