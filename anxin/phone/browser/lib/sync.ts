// Sending: photos first, acts in the order they were made on each matter, each exactly once. One sender at a time, in
// whichever tab or worker it runs; killed at any point it begins again where the phone's database stands.
import { enter, type Now } from "./account";
import { act as actOf, acts, changed, get, markSent, photosOf, put, save, settle, stamp, tidy, type Act, type Day, type Result } from "./store";

/** sent: nothing waits; offline: no way to the server; signin: the session has ended; busy: another tab is sending. */
export type Outcome = "sent" | "offline" | "signin" | "busy" | "later";
export interface Progress {
  running: boolean;
  sent: number;
  total: number;
}

const BATCH = 8;
export const progress: Progress = { running: false, sent: 0, total: 0 };
export let last: Outcome = "sent";
export let handed = { sealed: 0, opened: 0 };

class Stop extends Error {
  constructor(readonly outcome: Outcome) {
    super(outcome);
  }
}

/** A request to the server. Throws Stop when there is no way, the session has ended, or the server cannot now. */
export async function ask(path: string, init: RequestInit = {}, headers: Record<string, string> = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(`/phone/${path}`, {
      credentials: "same-origin", cache: "no-store", redirect: "error",
      signal: AbortSignal.timeout(60_000), ...init, headers: { Accept: "application/json", ...headers },
    });
  } catch {
    throw new Stop("offline");
  }
  if (answer.status === 401) throw new Stop("signin");
  if (answer.status >= 500 || answer.status === 429) throw new Stop("later");
  return answer;
}

/** In a pocket the phone asks without counting as somebody who works: the stay at the server ends as it should. */
const quiet = (): Record<string, string> => (typeof document !== "undefined" && document.visibilityState === "visible" ? {} : { "X-Background": "1" });

/** Who is signed in, what time it is there, and the token that goes with every change. */
export async function hello(): Promise<Now> {
  const answer = await ask("now", {}, quiet());
  if (!answer.ok) throw new Stop("later");
  const now = (await answer.json()) as Now;
  const out = await enter(now);
  if (out.sealed || out.opened) handed = out;
  return now;
}

/** What may be sent now: nothing that stands behind an act on the same matter which is not settled; urgent first. */
export function ready(all: Act[]): Act[] {
  const closed = new Set<string>();
  const found: Act[] = [];
  for (const each of all) {
    if (each.state !== "waiting" && each.state !== "needs") continue;
    if (each.state === "waiting" && !(each.matter && closed.has(each.matter))) found.push(each);
    if (each.state === "needs" && each.matter) closed.add(each.matter);
  }
  return [...found.filter((each) => each.fields.urgent), ...found.filter((each) => !each.fields.urgent)];
}

async function sendPhotos(one: Act, token: string): Promise<boolean> {
  for (const each of await photosOf(one.id)) {
    if (each.sent) continue;
    const answer = await ask(`photos/${each.sha256}`, { method: "POST", body: each.blob }, { "X-CSRFToken": token, "Content-Type": "image/jpeg" });
    if (answer.ok) {
      await markSent(one.id, each.sha256, true);
      changed();
    } else if (answer.status === 403) throw new Stop("later");
    else {
      const said = (await answer.json().catch(() => ({}))) as { message?: string; error?: string };
      await settle(one.id, { id: one.id, result: "refused", code: said.error ?? "photo", message: said.message ?? "" });
      return false;
    }
  }
  return true;
}

async function sendBatch(some: Act[], token: string): Promise<boolean> {
  const list = [];
  for (const each of some) {
    if (await sendPhotos(each, token)) list.push(each);
  }
  if (!list.length) return true;
  const said = list.map((each) => ({
    id: each.id, verb: each.verb, post: each.post, at: each.at, matter: each.matter, order: each.order, seen: each.seen,
    fields: each.fields, photos: each.photos.map(({ sha256, label }) => ({ sha256, label })),
  }));
  await tried(list);
  const answer = await ask("acts", { method: "POST", body: JSON.stringify({ sent_at: stamp(), acts: said }) }, { "X-CSRFToken": token, "Content-Type": "application/json" });
  if (!answer.ok) throw new Stop("later");
  let moved = false;
  for (const result of ((await answer.json()) as { results: Result[] }).results) {
    for (const sha256 of result.missing ?? []) await markSent(result.id, sha256, false);
    await settle(result.id, result);
    if (result.result === "wait" || result.result === "held") continue;
    moved = true;
    progress.sent += 1;
  }
  changed();
  return moved;
}

/** Note that an act has left the phone at least once: from now on it may be there, so it is not altered any more. */
async function tried(list: Act[]): Promise<void> {
  for (const each of list) {
    const now = await actOf(each.id);
    if (now?.state === "waiting") await save({ ...now, tries: now.tries + 1 });
  }
}

async function run(): Promise<Outcome> {
  const now = await hello();
  progress.total = ready(await acts()).length;
  progress.sent = 0;
  progress.running = true;
  changed();
  for (;;) {
    const some = ready(await acts()).slice(0, BATCH);
    if (!some.length) break;
    if (!(await sendBatch(some, now.token))) return "later";
  }
  await refresh();
  await tidy();
  return "sent";
}

/** Fetch the day anew where it has changed. */
async function refresh(): Promise<void> {
  const answer = await ask("day", {}, { ...quiet(), "If-None-Match": (await get("etag")) ?? "" });
  if (answer.status === 200) await put({ day: (await answer.json()) as Day, etag: answer.headers.get("ETag") ?? "" });
  if (answer.ok || answer.status === 304) await put({ day_at: Date.now() });
}

/** Send what waits and fetch the day; harmless at any time and in several tabs at once. */
export async function sync(): Promise<Outcome> {
  const once = async (): Promise<Outcome> => {
    try {
      return await run();
    } catch (error) {
      if (error instanceof Stop) return error.outcome;
      throw error;
    } finally {
      progress.running = false;
    }
  };
  const outcome = navigator.locks
    ? await navigator.locks.request("anxin-outbox", { ifAvailable: true }, (lock) => (lock ? once() : ("busy" as const)))
    : await once();
  if (outcome !== "busy") last = outcome;
  changed();
  return outcome;
}

/** Do something while nothing is being sent (altering or dropping what waits). False when it cannot be had now. */
export async function alone(what: () => Promise<void>): Promise<boolean> {
  if (!navigator.locks) return what().then(() => true);
  return navigator.locks.request("anxin-outbox", { ifAvailable: true }, async (lock) => {
    if (lock) await what();
    return lock !== null;
  });
}

/** A change on its own, which needs the network (a person's number, the post). */
export async function tell(path: string, said: unknown): Promise<Response> {
  const now = await hello();
  return ask(path, { method: "POST", body: JSON.stringify(said) }, { "X-CSRFToken": now.token, "Content-Type": "application/json" });
}
