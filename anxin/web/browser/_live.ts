// What has changed, as it happens: pages subscribe, the connection tells.

export interface LiveEvent {
  number: string;
  verb: string;
  tabs: string[];
  html: string;
}

/** Hear of every change the reader's post may know of; returns how to stop. */
export const subscribe = (handler: (event: LiveEvent) => void): (() => void) => {
  const hear = (event: Event) => handler((event as CustomEvent<LiveEvent>).detail);
  document.addEventListener("anxin-live", hear);
  return () => document.removeEventListener("anxin-live", hear);
};
