// Forms whose words are kept as drafts (`data-draft`) until they are sent, and sent by Ctrl+Enter.
import * as drafts from "./_drafts";

const chinese = document.documentElement.lang.startsWith("zh");
const SENT = "anxin.sent";

const note = (form: HTMLFormElement, words: string, act?: [string, () => void]): void => {
  const line = form.querySelector<HTMLElement>(".draft-note");
  if (!line) return;
  line.replaceChildren(words);
  if (act) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-sm";
    button.textContent = act[0];
    button.addEventListener("click", act[1]);
    line.append(" ", button);
  }
  line.hidden = false;
};

const fill = (form: HTMLFormElement, said: drafts.Said): void => {
  for (const [name, values] of Object.entries(said)) {
    const fields = [...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>(`[name="${CSS.escape(name)}"]`)];
    fields.forEach((field, place) => {
      if (field instanceof HTMLInputElement && ["checkbox", "radio"].includes(field.type)) field.checked = values.includes(field.value);
      else if (!(field instanceof HTMLInputElement && (field.type === "file" || field.type === "hidden"))) field.value = values[place] ?? values[0] ?? "";
    });
  }
  for (const box of form.querySelectorAll<HTMLInputElement>("input[type=checkbox]")) if (!said[box.name]) box.checked = false;
};

/** Keep what is typed into a form as a draft, and bring back what was kept; `more` adds a row to the form. */
export const begin = async (form: HTMLFormElement, more: (form: HTMLFormElement) => boolean = () => false): Promise<void> => {
  const name = form.dataset["draft"];
  if (!name) return;
  const before = JSON.stringify(drafts.said(form));
  let timer = 0;
  const save = async () => {
    const now = drafts.said(form);
    if (JSON.stringify(now) === before) return drafts.drop(name);
    if (await drafts.keep(name, now)) note(form, chinese ? "草稿已加密存于本机，退出登录即删除。" : "The draft lies sealed on this device and goes when you sign out.");
  };
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(save, 400);
  });
  form.addEventListener("change", () => {
    clearTimeout(timer);
    timer = window.setTimeout(save, 400);
  });
  form.addEventListener("submit", (event) => {
    const pressed = (event as SubmitEvent).submitter as HTMLButtonElement | null;
    if (pressed?.name === "do" && pressed.value !== "send") return;
    clearTimeout(timer);
    void drafts.keep(name, drafts.said(form));
    try {
      sessionStorage.setItem(SENT, name);
    } catch {
      // Then the draft is offered once more; nothing is lost.
    }
  });
  if (form.querySelector(".bad, .errorlist, #checked")) return; // what was sent stands there already
  const kept = await drafts.open(name);
  if (!kept || !form.isConnected) return;
  while ([...Object.keys(kept.said)].some((each) => /^(helper|with)\d+$/.test(each) && !form.querySelector(`[name="${each}"]`) && kept.said[each]?.[0])) if (!more(form)) break;
  fill(form, kept.said);
  for (const select of form.querySelectorAll<HTMLSelectElement>("select[data-found]")) {
    const field = document.getElementById(`${select.id}-find`) as HTMLInputElement | null;
    if (field) field.value = select.value ? (select.selectedOptions[0]?.textContent ?? "") : "";
  }
  const at = new Date(kept.at).toLocaleString(document.documentElement.lang, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit" });
  note(form, chinese ? `已恢复本机 ${at} 的草稿。` : `The draft of ${at} from this device is back.`, [
    chinese ? "丢弃" : "Discard",
    () => {
      drafts.drop(name);
      location.reload();
    },
  ]);
};

/** What was sent and taken needs no draft any more; what came back with errors keeps it. */
export const settle = (): void => {
  try {
    const sent = sessionStorage.getItem(SENT);
    sessionStorage.removeItem(SENT);
    if (sent && !document.querySelector(".errorlist, .notice.error")) drafts.drop(sent);
  } catch {
    // No storage, no drafts.
  }
  drafts.sweep();
};

/** Ctrl+Enter (or Cmd) sends the form one types in, by its main button. */
export const sendByKey = (): void => {
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
    const form = (event.target as HTMLElement).closest<HTMLFormElement>("form[data-draft]");
    const button = form?.querySelector<HTMLButtonElement>("button.main");
    if (!form || !button) return;
    event.preventDefault();
    form.requestSubmit(button);
  });
};
