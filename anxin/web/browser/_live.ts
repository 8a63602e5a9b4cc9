// Live updates: one stream from /desk/live for all tabs of a browser; the tab that holds it passes on what it hears.
//
// Which tab that is a lock decides (Web Locks): it falls to another one when the tab is closed. Without locks (a page
// over plain http) every tab listens for itself. Where the stream cannot be had, subscribers are told to look ("poll").

export interface LiveEvent {
  /** "matter": one has changed; "many": too many to tell one by one; "reload": look at all anew; "poll": nobody tells, look. */
  kind: "hello" | "matter" | "many" | "bell" | "reload" | "poll";
  /** Number of the matter; empty where the event is about none. */
  number: string;
  /** What has been done, oldest first. */
  verbs: string[];
  at: string;
  /** How many entries its journal has now. */
  entries: number;
  /** The heaps of the reader's post it lies in now. */
  tabs: string[];
  /** Its line in the first of them, and in those where it looks different. */
  html?: string;
  lines?: Record<string, string>;
  /** The reader may not see it any more. */
  gone?: boolean;
  count?: number | null;
  unread?: number;
}
export type State = "on" | "off";
type Handler = (event: LiveEvent) => void;
type Note = { event: LiveEvent } | { state: State } | { since: string } | { ask: true };

const KINDS = ["hello", "matter", "many", "bell", "reload"] as const;
const NOTHING = { number: "", verbs: [] as string[], at: "", entries: 0, tabs: [] as string[] };
const POLL = 10_000;
const handlers = new Set<Handler>();
let begun = false;
let leading = false;
let state: State = "off";
let since = "";
let channel: BroadcastChannel | undefined;

/** Hear what changes, as long as the page stands; the function that is given back ends it. */
export function subscribe(handler: Handler): () => void {
  handlers.add(handler);
  if (!begun) begin();
  return () => handlers.delete(handler);
}

const jitter = (ms: number) => ms * (0.5 + Math.random());

function hear(event: LiveEvent): void {
  if (event.kind === "bell") ring(event.unread ?? 0);
  for (const each of handlers) {
    try {
      each(event);
    } catch (error) {
      console.error(error);
    }
  }
}

function ring(unread: number): void {
  const place = document.querySelector<HTMLElement>("#unread");
  if (!place) return;
  place.hidden = !unread;
  place.textContent = unread > 99 ? "99+" : unread ? String(unread) : "";
}

function show(now: State): void {
  state = now;
  const dot = document.querySelector<HTMLElement>("#live");
  if (!dot) return;
  dot.dataset.state = now;
  dot.title = (now === "on" ? dot.dataset.on : dot.dataset.off) ?? "";
}

const tell = (note: Note) => channel?.postMessage(note);

function begin(): void {
  begun = true;
  const account = document.body.dataset.account;
  if (!account) return;
  since = document.body.dataset.live ?? "";
  show("off");
  channel = "BroadcastChannel" in window ? new BroadcastChannel(`anxin-live-${account}`) : undefined;
  channel?.addEventListener("message", ({ data }: MessageEvent<Note>) => {
    if ("event" in data) hear(data.event);
    else if ("state" in data) show(data.state);
    else if ("since" in data) since = data.since;
    else if (leading) tell({ state });
  });
  if (channel && navigator.locks) {
    tell({ ask: true });
    void navigator.locks.request(`anxin-live-${account}`, () => new Promise<void>(() => lead()));
  } else {
    channel?.close();
    channel = undefined;
    lead();
  }
}

/** This tab holds the stream from now on. */
function lead(): void {
  leading = true;
  let failed = 0;
  let polling = 0;
  const report = (now: State) => {
    if (now === "on") {
      clearInterval(polling);
      polling = 0;
    } else if (!polling && failed > 2) {
      polling = window.setInterval(() => pass({ ...NOTHING, kind: "poll" }), jitter(POLL));
    }
    show(now);
    tell({ state: now });
  };
  const pass = (event: LiveEvent) => {
    hear(event);
    tell({ event });
  };
  const again = () => {
    failed += 1;
    report("off");
    setTimeout(open, jitter(Math.min(1000 * 2 ** failed, 60_000)));
  };
  const open = () => {
    const source = new EventSource(`/desk/live${since ? `?since=${encodeURIComponent(since)}` : ""}`);
    for (const kind of KINDS) {
      source.addEventListener(kind, ({ data, lastEventId }: MessageEvent<string>) => {
        if (lastEventId) tell({ since: (since = lastEventId) });
        if (kind === "hello") {
          failed = 0;
          report("on");
        }
        pass({ ...NOTHING, ...(JSON.parse(data) as Partial<LiveEvent>), kind });
      });
    }
    source.addEventListener("bye", () => {
      // Another post, or signed out: what was heard before belongs to somebody else.
      since = "";
      source.close();
      again();
    });
    source.addEventListener("error", () => {
      source.close();
      again();
    });
  };
  addEventListener("online", () => state === "off" && (failed = 0));
  open();
}
