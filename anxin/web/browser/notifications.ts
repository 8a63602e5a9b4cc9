// The page of notifications: lets this browser be told also when no page of the desk is open.
import { token } from "./_token";

const box = document.querySelector<HTMLElement>("#push");
const said = box?.querySelector("[role=status]");
if (box && said && "serviceWorker" in navigator && "PushManager" in window) {
  box.hidden = false;
  box.querySelector("button")?.addEventListener("click", () => void begin(box, said));
}

const bytes = (text: string) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

async function begin(box: HTMLElement, said: Element): Promise<void> {
  try {
    const ready = await navigator.serviceWorker.register(box.dataset.worker ?? "", { scope: "/desk/" });
    await navigator.serviceWorker.ready;
    const found = await ready.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box.dataset.vapid ?? "") });
    const body = new URLSearchParams({ do: "add", kind: "webpush", address: JSON.stringify(found) });
    const answer = await fetch(box.dataset.act ?? "", { method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": token() } });
    if (answer.ok) location.reload();
    else said.textContent = ((await answer.json()) as { error?: string }).error ?? "";
  } catch {
    said.textContent = box.dataset.denied ?? "";
  }
}
