// What lies on the phone: the day, acts with their photos, and what is kept sealed for another account. Each step that
// must not be done by halves is one transaction, written to the disk before it counts.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";

export type Verb = "report" | "sign" | "contact" | "arrive" | "note" | "finish" | "consult" | "hand_back" | "ask_more_time";
/** draft: being written; waiting: to be sent; needs: the person must decide; kept: put aside; done: in the book. */
export type State = "draft" | "waiting" | "needs" | "kept" | "done";
export type Label = "" | "before" | "after";

export interface Shot {
  sha256: string;
  label: Label;
  size: number;
}

export interface Step {
  at: string;
  title: string;
  who: string;
  own: boolean;
}

export interface Result {
  id: string;
  result: "done" | "repeated" | "already" | "conflict" | "refused" | "wait" | "held";
  code?: string;
  message?: string;
  fields?: Record<string, string>;
  matter?: string;
  matter_state?: string;
  order_state?: string;
  entries?: number;
  lead?: string;
  due_at?: string | null;
  changed?: Step[];
  noted?: boolean;
  missing?: string[];
}

export type Fields = Record<string, string | number | boolean | string[] | null>;

export interface Act {
  id: string;
  seq: number;
  account: string;
  post: string;
  verb: Verb;
  matter: string;
  order: string;
  /** What the act is about, in the words of the screen it was made on. */
  about: string;
  seen: number;
  /** By the phone's own clock, with its offset. */
  at: string;
  fields: Fields;
  photos: Shot[];
  state: State;
  tries: number;
  answer?: Result | undefined;
}

export interface Photo {
  act: string;
  sha256: string;
  blob: Blob;
  sent: boolean;
}

export interface Limit {
  code: string;
  title: string;
  due_at: string;
  paused: boolean;
}

export interface Task {
  id: string;
  number: string;
  matter: string;
  role: "lead" | "helper";
  state: string;
  matter_state: string;
  task: string;
  title: string;
  said: string;
  address: string;
  area: string;
  kind: string;
  urgency: string;
  colour: string;
  lat: number | null;
  lon: number | null;
  sent_at: string;
  signed_at: string | null;
  contacted_at: string | null;
  arrived_at: string | null;
  limits: Limit[];
  entries: number;
  verbs: Verb[];
  proof: boolean;
  waits_for: string[];
  /** The limit of the whole matter in words, and how much more of it may be asked for. */
  whole: string;
  most: number;
  person: boolean;
  confidential: boolean;
}

export interface Known {
  number: string;
  kind: string;
  headline: string;
  state: string;
  lat: number;
  lon: number;
  reported_at: string;
}

export interface Outline {
  code: string;
  name: string;
  own: boolean;
  rings: [number, number][][];
}

export interface Day {
  account: string;
  post: string;
  area: string;
  area_code: string;
  may: string[];
  orders: Task[];
  more: boolean;
  near: Known[];
  kinds: { code: string; title: string; title_en: string; words: string[] }[];
  bodies: { code: string; name: string }[];
  map: Outline[];
}

export interface Seat {
  id: string;
  title: string;
  body: string;
}

/** Small things under a name. */
interface Kept {
  account: string;
  post: string;
  posts: Seat[];
  /** Milliseconds to add to the phone's clock to get the server's. */
  skew: number;
  day: Day;
  etag: string;
  day_at: number;
  seq: number;
  key: CryptoKey;
  signed_out: boolean;
}

export interface Sealed {
  account: string;
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
  count: number;
}

interface Shape extends DBSchema {
  keep: { key: string; value: unknown };
  acts: { key: string; value: Act };
  photos: { key: [string, string]; value: Photo; indexes: { act: string } };
  sealed: { key: string; value: Sealed };
}

let opened: Promise<IDBPDatabase<Shape>> | undefined;
const STRICT = { durability: "strict" } as const;

const db = () =>
  (opened ??= openDB<Shape>("anxin-phone", 1, {
    upgrade(made) {
      made.createObjectStore("keep");
      made.createObjectStore("acts", { keyPath: "id" });
      made.createObjectStore("photos", { keyPath: ["act", "sha256"] }).createIndex("act", "act");
      made.createObjectStore("sealed", { keyPath: "account" });
    },
    blocking: (_now, _next, event) => (event.target as IDBDatabase).close(),
    terminated: () => (opened = undefined),
  }));

const channel = "BroadcastChannel" in self ? new BroadcastChannel("anxin-phone") : undefined;
const heard = new Set<() => void>();
channel?.addEventListener("message", () => heard.forEach((one) => one()));

/** Be told when something on the phone has changed, here, in another tab or in the worker. */
export const onChange = (one: () => void) => void heard.add(one);
export const changed = () => {
  heard.forEach((one) => one());
  channel?.postMessage("changed");
};

export async function get<K extends keyof Kept>(name: K): Promise<Kept[K] | undefined> {
  return (await (await db()).get("keep", name)) as Kept[K] | undefined;
}

export async function put(values: Partial<Kept>): Promise<void> {
  const tx = (await db()).transaction("keep", "readwrite");
  for (const [name, value] of Object.entries(values)) void tx.store.put(value, name);
  await tx.done;
}

/** The acts of whoever uses the phone now, in the order they were made. */
export async function acts(): Promise<Act[]> {
  const account = (await get("account")) ?? "";
  return (await (await db()).getAll("acts")).filter((each) => each.account === account).sort((a, b) => a.seq - b.seq);
}

export const act = async (id: string) => (await db()).get("acts", id);

/** A new act, not stored yet: drafts are stored with the first word or photo. */
export async function begin(verb: Verb, more: Partial<Act> = {}): Promise<Act> {
  return {
    id: crypto.randomUUID(), seq: 0, account: (await get("account")) ?? "", post: (await get("post")) ?? "", verb,
    matter: "", order: "", about: "", seen: 0, at: "", fields: {}, photos: [], state: "draft", tries: 0, ...more,
  };
}

/** Store an act and any new photo of it, or neither. Rejects with QuotaExceededError when the phone is full. */
export async function save(one: Act, photo?: Photo): Promise<void> {
  const tx = (await db()).transaction(["acts", "photos", "keep"], "readwrite", STRICT);
  try {
    if (!one.seq) {
      one.seq = (((await tx.objectStore("keep").get("seq")) as number | undefined) ?? 0) + 1;
      await tx.objectStore("keep").put(one.seq, "seq");
    }
    if (photo) await tx.objectStore("photos").put(photo);
    await tx.objectStore("acts").put(one);
    await tx.done;
  } catch (error) {
    tx.done.catch(() => undefined);
    try {
      tx.abort();
    } catch {
      // The browser has ended it already.
    }
    throw error;
  }
  changed();
}

/** From a draft to what is to be sent: from here on it is never lost. It goes behind what waits already. */
export async function finish(one: Act): Promise<void> {
  one.seq = 0;
  one.at = stamp();
  one.state = "waiting";
  await save(one);
}

/** What was written in an act, whichever act it is. */
export const written = ({ fields }: Act) => String(fields.words ?? fields.result ?? fields.text ?? fields.reason ?? "");

/** The time by the phone's own clock, with its offset. */
export function stamp(now = new Date()): string {
  const off = -now.getTimezoneOffset();
  const two = (n: number) => String(Math.floor(Math.abs(n))).padStart(2, "0");
  const local = new Date(now.getTime() + off * 60_000).toISOString().slice(0, 19);
  return `${local}${off < 0 ? "-" : "+"}${two(off / 60)}:${two(Math.abs(off) % 60)}`;
}

export async function remove(id: string): Promise<void> {
  const tx = (await db()).transaction(["acts", "photos"], "readwrite", STRICT);
  for (const key of await tx.objectStore("photos").index("act").getAllKeys(id)) await tx.objectStore("photos").delete(key);
  await tx.objectStore("acts").delete(id);
  await tx.done;
  changed();
}

export const photosOf = async (id: string) => (await db()).getAllFromIndex("photos", "act", id);
export const photo = async (id: string, sha256: string) => (await db()).get("photos", [id, sha256]);

export async function removePhoto(one: Act, sha256: string): Promise<void> {
  one.photos = one.photos.filter((each) => each.sha256 !== sha256);
  const tx = (await db()).transaction(["acts", "photos"], "readwrite", STRICT);
  await tx.objectStore("photos").delete([one.id, sha256]);
  await tx.objectStore("acts").put(one);
  await tx.done;
  changed();
}

export async function markSent(id: string, sha256: string, sent: boolean): Promise<void> {
  const tx = (await db()).transaction("photos", "readwrite", STRICT);
  const found = await tx.store.get([id, sha256]);
  if (found) await tx.store.put({ ...found, sent });
  await tx.done;
}

/** What the server said of an act. What is in the book needs its words and photos here no longer. */
export async function settle(id: string, answer: Result): Promise<void> {
  const tx = (await db()).transaction(["acts", "photos", "keep"], "readwrite", STRICT);
  const one = await tx.objectStore("acts").get(id);
  if (one && one.state === "waiting") {
    one.answer = answer;
    if (answer.result === "done" || answer.result === "repeated" || answer.result === "already") {
      one.state = "done";
      one.fields = {};
      for (const key of await tx.objectStore("photos").index("act").getAllKeys(id)) await tx.objectStore("photos").delete(key);
    } else if (answer.result === "conflict" || answer.result === "refused") one.state = "needs";
    await tx.objectStore("acts").put(one);
    const day = (await tx.objectStore("keep").get("day")) as Day | undefined;
    const task = day?.orders.find((each) => each.id === one.order);
    if (day && task && answer.order_state) {
      task.state = answer.order_state;
      task.entries = answer.entries ?? task.entries;
      if (one.verb === "contact" && one.state === "done") task.contacted_at ??= one.at;
      if (one.verb === "arrive" && one.state === "done") task.arrived_at ??= one.at;
      await tx.objectStore("keep").put(day, "day");
    }
  }
  await tx.done;
}

/** Another act with the same words and photos, in place of one that could not be done; both or neither. */
export async function replace(old: Act, made: Act): Promise<void> {
  const tx = (await db()).transaction(["acts", "photos"], "readwrite", STRICT);
  for (const each of await tx.objectStore("photos").index("act").getAll(old.id)) {
    await tx.objectStore("photos").delete([old.id, each.sha256]);
    await tx.objectStore("photos").put({ ...each, act: made.id });
  }
  await tx.objectStore("acts").delete(old.id);
  await tx.objectStore("acts").put(made);
  await tx.done;
  changed();
}

/** Of what is in the book the last so many stay to look back at. */
export async function tidy(most = 60): Promise<void> {
  const over = (await acts()).filter((each) => each.state === "done").slice(0, -most);
  for (const each of over) await (await db()).delete("acts", each.id);
}

/** Everything not sent of an account, with its photos. */
export async function unsent(account: string): Promise<{ acts: Act[]; photos: Photo[] }> {
  const held = (await (await db()).getAll("acts")).filter((each) => each.account === account && each.state !== "done");
  const photos = await Promise.all(held.map((each) => photosOf(each.id)));
  return { acts: held, photos: photos.flat() };
}

/** Erase what lies open of everybody; with `sealed`, put that in its place in the same step. */
export async function erase(sealed?: Sealed): Promise<void> {
  const tx = (await db()).transaction(["keep", "acts", "photos", "sealed"], "readwrite", STRICT);
  if (sealed) await tx.objectStore("sealed").put(sealed);
  await tx.objectStore("keep").clear();
  await tx.objectStore("acts").clear();
  await tx.objectStore("photos").clear();
  await tx.done;
}

export const sealed = async () => (await db()).getAll("sealed");

/** Put back what was sealed for an account. */
export async function restore(account: string, found: Act[], photos: Photo[]): Promise<void> {
  const tx = (await db()).transaction(["keep", "acts", "photos", "sealed"], "readwrite", STRICT);
  const top = Math.max(0, ...found.map((each) => each.seq));
  await tx.objectStore("keep").put(top, "seq");
  for (const each of found) await tx.objectStore("acts").put(each);
  for (const each of photos) await tx.objectStore("photos").put(each);
  await tx.objectStore("sealed").delete(account);
  await tx.done;
}
