// What several screens are made of: the line with the emergency numbers, photos, words with voice.
import { askUser, h, icon } from "../lib/dom";
import type { Draft } from "../lib/drafts";
import { ICONS } from "../lib/drawn";
import { draw } from "../lib/photos";
import { photo as photoOf, type Label } from "../lib/store";
import { agree, agreed, listen, offered } from "../lib/voice";
import { language, say } from "../lib/words";

/** Danger first: three numbers, one tap each. */
export const emergency = () =>
  h("p", { class: "danger" }, say("有危险先打"), " ",
    ([["110", "公安"], ["119", "消防"], ["120", "急救"]] as const).map(([number, who]) => h("a", { href: `tel:${number}`, class: "number" }, number, h("small", {}, say(who)))));

/** The photos of a draft: take, choose, cover, delete. */
export function photos(draft: Draft, label: Label, changed: () => void = () => undefined): HTMLElement {
  const shown = h("ul", { class: "shots" });
  const addresses: string[] = [];
  const refresh = async (): Promise<void> => {
    addresses.splice(0).forEach((each) => URL.revokeObjectURL(each));
    const rows = await Promise.all(
      draft.act.photos.map(async (shot, place) => {
        const kept = await photoOf(draft.act.id, shot.sha256);
        if (!kept) return false;
        const address = URL.createObjectURL(kept.blob);
        addresses.push(address);
        return h("li", {}, h("img", { src: address, alt: say("照片 {n}", { n: place + 1 }) }),
          h("div", { class: "row" },
            h("button", { type: "button", class: "small", onclick: () => void cover(draft, shot.sha256, kept.blob, shot.label).then(refresh) }, say("遮挡")),
            h("button", { type: "button", class: "small", "aria-label": `${say("删除")} ${say("照片 {n}", { n: place + 1 })}`, onclick: () => void draft.dropPhoto(shot.sha256).then(refresh) }, say("删除"))));
      }),
    );
    shown.replaceChildren(...rows.filter((each) => each !== false));
    changed();
  };
  const taken = async (input: HTMLInputElement): Promise<void> => {
    const chosen = [...(input.files ?? [])];
    input.value = "";
    for (const file of chosen) await draft.addFile(file, label);
    await refresh();
  };
  const choose = (text: string, more: Record<string, unknown>, tone: string) => {
    const input = h("input", { type: "file", accept: "image/*", multiple: true, class: "hidden-input", ...more });
    input.addEventListener("change", () => void taken(input));
    return h("label", { class: `big ${tone}` }, tone === "photo" && icon(ICONS.camera), text, input);
  };
  void refresh();
  return h("section", { class: "photos" },
    h("div", { class: "row" }, choose(say("拍照"), { capture: "environment", id: "camera" }, "photo"), choose(say("相册"), { id: "album" }, "plain")), shown);
}

/** Hide what must not be seen: black boxes drawn by finger. By hand; nothing is recognised. */
async function cover(draft: Draft, sha256: string, blob: Blob, label: Label): Promise<void> {
  const first = await draw(blob);
  const canvas = h("canvas", { width: first.width, height: first.height, tabindex: "0", "aria-label": say("遮住人脸、车牌：用手指拖出黑块") });
  const pen = canvas.getContext("2d");
  if (!pen) return;
  const boxes: [number, number, number, number][] = [];
  const paint = () => {
    pen.drawImage(first, 0, 0);
    pen.fillStyle = "#000";
    for (const box of boxes) pen.fillRect(...box);
  };
  paint();
  const at = (event: PointerEvent): [number, number] => {
    const seen = canvas.getBoundingClientRect();
    return [((event.clientX - seen.left) / seen.width) * canvas.width, ((event.clientY - seen.top) / seen.height) * canvas.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    boxes.push([...at(event), 0, 0]);
  });
  canvas.addEventListener("pointermove", (event) => {
    const box = boxes[boxes.length - 1];
    if (!box || !canvas.hasPointerCapture(event.pointerId)) return;
    const [x, y] = at(event);
    [box[2], box[3]] = [x - box[0], y - box[1]];
    paint();
  });
  const undo = h("button", { type: "button", class: "big plain", onclick: () => (boxes.pop(), paint()) }, say("撤销"));
  const answer = await askUser(say("遮住人脸、车牌：用手指拖出黑块"), [["", say("取消"), "plain"], ["done", say("完成")]], canvas, undo);
  if (answer === "done" && boxes.length && (await draft.add(canvas, label))) await draft.dropPhoto(sha256);
}

/** A text with a button to speak it, where the device can. */
export function words(draft: Draft, name: string, label: string, hint: string, changed: () => void = () => undefined): HTMLElement {
  const box = h("textarea", { id: `words-${name}`, rows: 3, maxlength: 4000, placeholder: hint, value: String(draft.act.fields[name] ?? "") });
  const set = () => {
    draft.change({ [name]: box.value });
    changed();
  };
  box.addEventListener("input", set);
  return h("section", { class: "words" }, h("label", { for: box.id }, label), box, offered() && speakButton((piece) => ((box.value += piece), set())));
}

function speakButton(piece: (text: string) => void): HTMLElement {
  let stop: (() => void) | undefined;
  const text = h("span", {}, say("说话输入"));
  const button = h("button", { type: "button", class: "big plain", "aria-pressed": "false" }, icon(ICONS.voice), text);
  const show = () => {
    text.textContent = say(stop ? "停止" : "说话输入");
    button.setAttribute("aria-pressed", stop ? "true" : "false");
  };
  button.addEventListener("click", () => void (async () => {
    if (stop) return stop();
    if (!agreed()) {
      const yes = (await askUser(say("语音由手机厂商识别，声音可能传到外部服务器。同意后才使用。"), [["no", say("不用"), "plain"], ["yes", say("同意")]])) === "yes";
      agree(yes);
      if (!yes) return;
    }
    stop = listen(language === "en" ? "en-US" : "zh-CN", piece, () => ((stop = undefined), show()));
    show();
  })());
  return button;
}

/** The one big button at the bottom of a form. */
export const sendButton = (text: string, what: () => Promise<void>) => {
  const button = h("button", { type: "button", class: "big send", id: "send" }, text);
  button.addEventListener("click", () => {
    if (button.disabled) return;
    button.disabled = true;
    void what().finally(() => (button.disabled = false));
  });
  return h("div", { class: "foot" }, button);
};
