// What is being typed stays on this device until it is sent: sealed with the account's key, for a week at most.
// Without a secure context nothing is kept at all: a draft may hold what somebody told in confidence.

const BEGIN = "anxin.draft.";
const LONGEST = 7 * 86_400_000;
const NEVER = new Set(["csrfmiddlewaretoken", "key", "seen", "page", "order", "do", "lat", "lon"]);

interface Kept {
  at: number;
  iv: string;
  sealed: string;
}
export type Said = Record<string, string[]>;

const account = (): string => document.body.dataset["account"] ?? "";
const place = (name: string): string => `${BEGIN}${account()}.${name}`;
const raw = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
const text = (bytes: Uint8Array): string => btoa(String.fromCharCode(...bytes));

let opened: Promise<CryptoKey> | null = null;
const key = (): Promise<CryptoKey> | null => {
  const seal = document.body.dataset["seal"];
  if (!seal || !account() || !globalThis.crypto?.subtle) return null;
  return (opened ??= crypto.subtle.importKey("raw", raw(seal), "AES-GCM", false, ["encrypt", "decrypt"]));
};

/** What stands in the fields of a form, without what belongs to this rendering of it. */
export const said = (form: HTMLFormElement): Said => {
  const found: Said = {};
  for (const [name, value] of new FormData(form)) if (typeof value === "string" && !NEVER.has(name)) (found[name] ??= []).push(value);
  return found;
};

/** Keep what was typed; false where the device cannot (no secure context, storage full). */
export const keep = async (name: string, what: Said): Promise<boolean> => {
  const own = await key();
  if (!own) return false;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, own, new TextEncoder().encode(JSON.stringify(what))));
  let bytes = "";
  for (let at = 0; at < sealed.length; at += 8192) bytes += String.fromCharCode(...sealed.subarray(at, at + 8192));
  try {
    localStorage.setItem(place(name), JSON.stringify({ at: Date.now(), iv: text(iv), sealed: btoa(bytes) } satisfies Kept));
    return true;
  } catch {
    return false;
  }
};

/** A draft of this account and when it was kept; null: none, or not ours to read. */
export const open = async (name: string): Promise<{ at: number; said: Said } | null> => {
  const own = await key();
  try {
    const kept = JSON.parse(localStorage.getItem(place(name)) ?? "null") as Kept | null;
    if (!own || !kept) return null;
    const bytes = await crypto.subtle.decrypt({ name: "AES-GCM", iv: raw(kept.iv) }, own, raw(kept.sealed));
    return { at: kept.at, said: JSON.parse(new TextDecoder().decode(bytes)) as Said };
  } catch {
    return null;
  }
};

export const drop = (name: string): void => {
  try {
    localStorage.removeItem(place(name));
  } catch {
    // A browser that keeps nothing has nothing to drop.
  }
};

/** Erase drafts: all of them (signing out), or those that have grown old. */
export const sweep = (all = false): void => {
  try {
    for (const name of Object.keys(localStorage)) {
      if (!name.startsWith(BEGIN)) continue;
      const kept = JSON.parse(localStorage.getItem(name) ?? "null") as Kept | null;
      if (all || !kept || Date.now() - kept.at > LONGEST) localStorage.removeItem(name);
    }
  } catch {
    // As above.
  }
};
