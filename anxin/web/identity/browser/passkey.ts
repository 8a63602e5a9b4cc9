// Passkeys: the browser is asked for one (to sign in, as the second step, to prove again) or to make a new one.
import { token } from "../../browser/desk";

type Json = Record<string, unknown>;

const bytes = (text: string): ArrayBuffer => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0)).buffer;
};

const text = (buffer: ArrayBuffer | null): string | null =>
  buffer === null
    ? null
    : btoa(String.fromCharCode(...new Uint8Array(buffer)))
        .replace(/\+/g, "-")
        .replace(/\//g, "_")
        .replace(/=+$/, "");

class Refused extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

async function send(address: string, body: Json = {}): Promise<Json> {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token() },
    body: JSON.stringify(body),
  });
  const said = (await answer.json()) as Json;
  if (!answer.ok) throw new Refused(String(said.error), String(said.message));
  return said;
}

type Described = { id: string; transports?: AuthenticatorTransport[] };
const described = (list: unknown): PublicKeyCredentialDescriptor[] =>
  ((list ?? []) as Described[]).map((each) => ({ ...each, type: "public-key", id: bytes(each.id) }));

async function make(name: string): Promise<Json> {
  const told = await send("/desk/identity/passkeys/new");
  const user = told.user as { id: string; name: string; displayName: string };
  const made = (await navigator.credentials.create({
    publicKey: {
      ...(told as unknown as PublicKeyCredentialCreationOptions),
      challenge: bytes(told.challenge as string),
      user: { ...user, id: bytes(user.id) },
      excludeCredentials: described(told.excludeCredentials),
    },
  })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  const answer = {
    id: made.id,
    rawId: text(made.rawId),
    type: made.type,
    response: {
      clientDataJSON: text(response.clientDataJSON),
      attestationObject: text(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
  return send("/desk/identity/passkeys/add", { name, answer });
}

async function show(purpose: string, next: string, carried: string): Promise<Json> {
  const told = await send(`/desk/identity/passkey/${purpose}/ask`);
  const shown = (await navigator.credentials.get({
    publicKey: {
      ...(told as unknown as PublicKeyCredentialRequestOptions),
      challenge: bytes(told.challenge as string),
      allowCredentials: described(told.allowCredentials),
    },
  })) as PublicKeyCredential;
  const response = shown.response as AuthenticatorAssertionResponse;
  const answer = {
    id: shown.id,
    rawId: text(shown.rawId),
    type: shown.type,
    response: {
      clientDataJSON: text(response.clientDataJSON),
      authenticatorData: text(response.authenticatorData),
      signature: text(response.signature),
      userHandle: text(response.userHandle),
    },
  };
  return send(`/desk/identity/passkey/${purpose}/take`, { answer, next, carried });
}

// A passkey is bound to a name; an address of numbers has none.
const possible = "PublicKeyCredential" in window && isSecureContext && !/^[\d.]+$|:/.test(location.hostname);

for (const place of document.querySelectorAll<HTMLElement>("[data-passkey]")) {
  const button = place.querySelector<HTMLButtonElement>("button");
  const failed = place.querySelector<HTMLElement>("[data-failed]");
  if (!possible || !button || !failed) continue;
  place.hidden = false;
  button.addEventListener("click", async () => {
    failed.textContent = "";
    button.disabled = true;
    try {
      const purpose = place.dataset.passkey ?? "";
      const { next = "", carried = "" } = place.dataset;
      const name = place.querySelector("input")?.value ?? "";
      const done = purpose === "add" ? await make(name) : await show(purpose, next, carried);
      location.assign(String(done.to));
    } catch (error) {
      if (error instanceof Refused && error.code === "prove_again" && place.dataset.prove) {
        location.assign(place.dataset.prove);
        return;
      }
      failed.textContent = error instanceof Refused ? error.message : (failed.dataset.failed ?? "");
      button.disabled = false;
      button.focus();
    }
  });
}
if (possible) for (const hint of document.querySelectorAll<HTMLElement>("[data-no-passkey]")) hint.hidden = true;
