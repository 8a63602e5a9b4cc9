// Something being written: kept on the phone with every word and photo, so that nothing is lost to a call, an empty
// battery or a full storage.
import { tellUser } from "./dom";
import { draw, NotReadable, shoot } from "./photos";
import { acts, begin, finish, removePhoto, save, written, type Act, type Fields, type Label, type Verb } from "./store";
import { megabytes, say } from "./words";

const full = (error: unknown) => error instanceof DOMException && (error.name === "QuotaExceededError" || /quota/i.test(error.message));

/** Used and free room for this site, in bytes. */
export async function room(): Promise<{ used: number; free: number }> {
  const told = await navigator.storage?.estimate?.();
  return { used: told?.usage ?? 0, free: Math.max(0, (told?.quota ?? 0) - (told?.usage ?? 0)) };
}

let asked = false;
/** Ask the phone once not to clear what lies here when it runs short of room. */
export async function persist(): Promise<boolean> {
  asked = true;
  return (await navigator.storage?.persist?.().catch(() => false)) ?? false;
}

export class Draft {
  private timer = 0;
  private sent = false;
  /** A photo did not fit. */
  lost = 0;
  /** Called once it lies on the phone: from then on its address leads back to it. */
  stored: () => void = () => undefined;

  constructor(readonly act: Act) {}

  /** The draft already begun for this, else a new one. */
  static async of(verb: Verb, more: Partial<Act> = {}, id = ""): Promise<Draft> {
    const open = (await acts()).filter((each) => each.state === "draft");
    const found = id ? open.find((each) => each.id === id) : more.order ? open.find((each) => each.verb === verb && each.order === more.order && each.fields.part === more.fields?.part) : undefined;
    return new Draft(found ?? (await begin(verb, more)));
  }

  /** Something was typed or chosen. What the device says by itself (`quiet`) makes no draft of an empty form. */
  change(fields: Fields, quiet = false): void {
    Object.assign(this.act.fields, fields);
    if (quiet && !this.act.seq) return;
    clearTimeout(this.timer);
    this.timer = self.setTimeout(() => void this.flush(), 300);
  }

  /** Store it now. False when there is no room: what was typed then stands on the screen only, and that is said. */
  async flush(): Promise<boolean> {
    clearTimeout(this.timer);
    if (this.sent) return true;
    try {
      await save(this.act);
      this.stored();
    } catch (error) {
      if (!full(error)) throw error;
      const button = document.createElement("button");
      button.textContent = say("复制文字");
      button.addEventListener("click", () => void navigator.clipboard?.writeText(written(this.act)).then(() => tellUser(say("已复制"))));
      tellUser(say("手机存储已满，文字也没能保存。请不要离开本页：先联网发送，或清理手机空间后再点保存。"), "bad", button);
      return false;
    }
    if (!asked) void persist();
    return true;
  }

  /** Add a photo. When it does not fit, the words stay and it is said what to do. */
  async add(canvas: HTMLCanvasElement, label: Label): Promise<boolean> {
    if (this.sent) return false;
    const [shot, photo] = await shoot(canvas, this.act.id, label);
    if (this.act.photos.some((each) => each.sha256 === shot.sha256)) return true;
    const before = this.act.photos;
    this.act.photos = [...before, shot];
    try {
      await save(this.act, photo);
      this.stored();
      return true;
    } catch (error) {
      this.act.photos = before;
      if (!full(error)) throw error;
      this.lost += 1;
      if (await this.flush()) {
        const { used, free } = await room();
        tellUser(`${say("手机存储已满：文字已保留，这张照片没有保存。请先联网发送，或清理手机空间。")} ${say("已用 {a} MB，可用 {b} MB", { a: megabytes(used), b: megabytes(free) })}`, "bad");
      }
      return false;
    }
  }

  async addFile(file: Blob, label: Label): Promise<void> {
    try {
      await this.add(await draw(file), label);
    } catch (error) {
      if (!(error instanceof NotReadable)) throw error;
      tellUser(say("这张照片打不开（可能是 HEIC）。请在相机设置里选“兼容性最佳/JPEG”，或截图后再选。"), "bad");
    }
  }

  async dropPhoto(sha256: string): Promise<void> {
    await removePhoto(this.act, sha256);
  }

  /** From here on it is sent as soon as that is possible. False when there was no room for it. */
  async send(): Promise<boolean> {
    clearTimeout(this.timer);
    if (this.sent) return true;
    this.sent = true;
    try {
      await finish(this.act);
      return true;
    } catch (error) {
      this.sent = false;
      this.act.state = "draft";
      if (!full(error)) throw error;
      await this.flush();
      return false;
    }
  }
}
