// The worker: keeps the shell so that it opens without a network, and sends what waits when the device finds one.
// `SHELL` (which files, which version) is put in front by the server.
import { sync } from "../lib/sync";

declare const self: ServiceWorkerGlobalScope & { SHELL: { version: string; page: string; files: string[] } };
interface SyncEvent extends ExtendableEvent {
  tag: string;
}

const { version, page, files } = self.SHELL;
const NAME = `phone-${version}`;

self.addEventListener("install", (event) => {
  const all = [page, ...files].map((address) => new Request(address, { cache: "reload" }));
  event.waitUntil(caches.open(NAME).then((kept) => kept.addAll(all)));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith("phone-") && name !== NAME) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

// A new version takes over only when the person has asked for it: never in the middle of a word.
self.addEventListener("message", (event) => {
  if (event.data === "take over") void self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const address = new URL(event.request.url);
  if (event.request.method !== "GET" || address.origin !== self.location.origin) return;
  const wanted = event.request.mode === "navigate" && address.pathname === page ? page : files.includes(address.pathname) ? address.pathname : "";
  if (!wanted) return;
  event.respondWith(caches.open(NAME).then(async (kept) => (await kept.match(wanted)) ?? fetch(event.request)));
});

self.addEventListener("sync", ((event: SyncEvent) => {
  if (event.tag === "outbox") {
    event.waitUntil(
      sync().then((outcome) => {
        if (outcome === "offline" || outcome === "later") throw new Error(outcome); // the browser tries again
      }),
    );
  }
}) as EventListener);
