// Speaking instead of typing, where the device offers it. What is spoken may be sent to the maker of the device: it is
// used only after the person has said yes to that.
interface Heard {
  results: ArrayLike<ArrayLike<{ transcript: string }> & { isFinal: boolean }>;
  resultIndex: number;
}
interface Listener {
  lang: string;
  interimResults: boolean;
  continuous: boolean;
  onresult: ((event: Heard) => void) | null;
  onend: (() => void) | null;
  start(): void;
  stop(): void;
}

const maker = (): (new () => Listener) | undefined => {
  const all = self as unknown as Record<string, (new () => Listener) | undefined>;
  return all.SpeechRecognition ?? all.webkitSpeechRecognition;
};

export const offered = () => Boolean(maker());
export const agreed = () => localStorage.getItem("voice") === "yes";
export const agree = (yes: boolean) => localStorage.setItem("voice", yes ? "yes" : "no");

/** Listen until it is quiet or `stop` is called; each finished piece of speech is handed over. */
export function listen(lang: string, piece: (text: string) => void, end: () => void): () => void {
  const Maker = maker();
  if (!Maker) return end(), () => undefined;
  const ear = new Maker();
  ear.lang = lang;
  ear.interimResults = false;
  ear.continuous = true;
  ear.onresult = (event) => {
    for (let at = event.resultIndex; at < event.results.length; at++) {
      const result = event.results[at];
      if (result?.isFinal) piece(result[0]?.transcript ?? "");
    }
  };
  ear.onend = end;
  ear.start();
  return () => ear.stop();
}
