// Whose phone it is now. What one account has not sent is sealed before another sees the screen, under a key that the
// server gives to that account only; it is opened again when that account signs in on this phone.
import { erase, get, put, restore, sealed, unsent, type Act, type Photo, type Seat, type Sealed } from "./store";

export interface Now {
  now: string;
  account: string;
  post: string;
  posts: Seat[];
  token: string;
  seal: string;
}

const bytes = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const keyOf = (seal: string) => crypto.subtle.importKey("raw", bytes(seal), "AES-GCM", false, ["encrypt", "decrypt"]);

/** Photos between their descriptions, as one piece of bytes: a length, then JSON, then the bytes of each photo. */
async function pack(held: { acts: Act[]; photos: Photo[] }): Promise<Uint8Array<ArrayBuffer>> {
  const told = new TextEncoder().encode(
    JSON.stringify({ acts: held.acts, photos: held.photos.map(({ blob, ...more }) => ({ ...more, size: blob.size, type: blob.type })) }),
  );
  const size = new Uint8Array(new Uint32Array([told.length]).buffer);
  return new Uint8Array(await new Blob([size, told, ...held.photos.map((each) => each.blob)]).arrayBuffer());
}

function unpack(data: ArrayBuffer): { acts: Act[]; photos: Photo[] } {
  const length = new Uint32Array(data.slice(0, 4))[0] ?? 0;
  const told = JSON.parse(new TextDecoder().decode(data.slice(4, 4 + length))) as { acts: Act[]; photos: (Omit<Photo, "blob"> & { size: number; type: string })[] };
  let at = 4 + length;
  const photos = told.photos.map(({ size, type, ...more }) => ({ ...more, blob: new Blob([data.slice(at, (at += size))], { type }) }));
  return { acts: told.acts, photos };
}

async function sealOf(account: string): Promise<Sealed | undefined> {
  const held = await unsent(account);
  const key = await get("key");
  if (!held.acts.length || !key) return undefined;
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { account, iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, await pack(held)), count: held.acts.length };
}

/** Sign out: what was not sent stays sealed, everything else goes. Answers how many things stay. */
export async function leave(): Promise<number> {
  const account = await get("account");
  const kept = account ? await sealOf(account) : undefined;
  await erase(kept);
  await put({ signed_out: true });
  return kept?.count ?? 0;
}

/** The server has said who is signed in: if that is somebody else, the phone changes hands first. */
export async function enter(now: Now): Promise<{ changed: boolean; sealed: number; opened: number }> {
  const before = await get("account");
  const out = { changed: before !== now.account, sealed: 0, opened: 0 };
  const key = await keyOf(now.seal);
  if (out.changed) {
    const kept = before ? await sealOf(before) : undefined;
    await erase(kept);
    out.sealed = kept?.count ?? 0;
    const own = (await sealed()).find((each) => each.account === now.account);
    if (own) {
      try {
        const held = unpack(await crypto.subtle.decrypt({ name: "AES-GCM", iv: own.iv }, key, own.data));
        await restore(now.account, held.acts, held.photos);
        out.opened = held.acts.length;
      } catch {
        // Sealed under another key (a server set up anew): it stays where it is rather than being thrown away.
      }
    }
  }
  if ((await get("post")) !== now.post) await put({ etag: "" });
  await put({ account: now.account, post: now.post, posts: now.posts, key, signed_out: false, skew: Date.parse(now.now) - Date.now() });
  return out;
}
