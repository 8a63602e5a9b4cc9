// What somebody has typed and photographed, kept on this device until it was sent.
export interface Draft {
  key: string;
  fields: Record<string, string>;
  shots: File[];
}

const open = (): Promise<IDBDatabase> =>
  new Promise((done, failed) => {
    const asked = indexedDB.open("report", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("draft");
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });

async function run<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  try {
    const base = await open();
    return await new Promise<T>((done, failed) => {
      const asked = act(base.transaction("draft", mode).objectStore("draft"));
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    }).finally(() => base.close());
  } catch {
    return undefined; // a browser that keeps nothing: the form works all the same
  }
}

const WEEK = 7 * 86400_000;

export const keep = (draft: Draft) => run("readwrite", (store) => store.put({ ...draft, at: Date.now() }, "now"));
export const forget = () => run("readwrite", (store) => store.delete("now"));
export async function kept(): Promise<Draft | undefined> {
  const found = await run<(Draft & { at: number }) | undefined>("readonly", (store) => store.get("now"));
  if (found && Date.now() - found.at > WEEK) {
    await forget();
    return undefined;
  }
  return found;
}
