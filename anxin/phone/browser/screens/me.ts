// The person's own page: post, language, type, light, voice, storage, signing out.
import { leave } from "../lib/account";
import { askUser, h, tellUser } from "../lib/dom";
import { persist, room } from "../lib/drafts";
import { acts, changed, get, put } from "../lib/store";
import { sync, tell } from "../lib/sync";
import { agree, agreed, offered } from "../lib/voice";
import { language, megabytes, say, speak } from "../lib/words";

/** How it looks, as chosen before; applied before anything is shown. */
export function dress(): void {
  const of = document.documentElement;
  const light = localStorage.getItem("light") ?? "";
  const sun = localStorage.getItem("sun") === "yes";
  of.dataset.size = localStorage.getItem("large") === "yes" ? "large" : "";
  of.dataset.sun = sun ? "yes" : "";
  of.dataset.light = sun ? "day" : light;
}

let install: (Event & { prompt(): Promise<unknown> }) | undefined;
addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault();
  install = event as typeof install;
});

export async function me(root: HTMLElement): Promise<void> {
  const [posts, post, skew, { used, free }] = [(await get("posts")) ?? [], await get("post"), (await get("skew")) ?? 0, await room()];
  const stays = await navigator.storage?.persisted?.().catch(() => false);
  const again = () => void me(root);
  const toggle = (id: string, label: string, value: boolean, set: (value: boolean) => void) => {
    const box = h("input", { type: "checkbox", role: "switch", id, checked: value });
    box.addEventListener("change", () => (set(box.checked), dress()));
    return h("label", { class: "check" }, box, say(label));
  };
  const choose = (id: string, label: string, value: string, options: [string, string][], set: (value: string) => void | Promise<void>) => {
    const list = h("select", { id }, options.map(([code, text]) => h("option", { value: code, selected: code === value }, text)));
    list.addEventListener("change", () => void set(list.value));
    return h("div", {}, h("label", { for: id }, say(label)), list);
  };
  const switchPost = async (to: string): Promise<void> => {
    try {
      if (!(await tell("post", { post: to })).ok) return;
      await put({ etag: "" });
      await sync();
    } catch {
      tellUser(say("切换岗位需要网络"), "bad");
    }
    again();
  };
  const out = async (): Promise<void> => {
    const open = (await acts()).filter((each) => each.state !== "done").length;
    const text = open ? say("退出后手机上的数据会删除；{n} 项未发送的会封存，您再次登录后打开。", { n: open }) : say("退出后手机上的数据会删除。");
    if ((await askUser(text, [["", say("取消"), "plain"], ["out", say("退出登录"), "bad"]])) !== "out") return;
    try {
      await tell("sign-out", {});
    } catch {
      // Without a network the session ends by its own time; the phone is cleared all the same.
    }
    await leave();
    location.hash = "#/today";
    changed();
  };
  root.replaceChildren(
    h("h1", {}, say("我的")),
    h("section", {}, h("h2", {}, say("岗位")), posts.length > 1 ? choose("post", "岗位", post ?? "", posts.map((each) => [each.id, `${each.body} ${each.title}`]), switchPost) : h("p", {}, posts.map((each) => `${each.body} ${each.title}`)),
      Math.abs(skew) > 120_000 && h("p", { class: "notice" }, say("手机时间偏差 {n} 分钟，已按服务器时间校正", { n: Math.round(Math.abs(skew) / 60_000) }))),
    h("section", {}, h("h2", {}, say("显示")),
      choose("language", "语言", language, [["zh", "中文"], ["en", "English"]], (value) => {
        speak(value === "en" ? "en" : "zh");
        changed();
        again();
      }),
      toggle("large", "大字", localStorage.getItem("large") === "yes", (value) => localStorage.setItem("large", value ? "yes" : "no")),
      toggle("sun", "强光模式（高对比）", localStorage.getItem("sun") === "yes", (value) => localStorage.setItem("sun", value ? "yes" : "no")),
      choose("light", "显示", localStorage.getItem("light") ?? "", [["", say("跟随手机")], ["day", say("白天")], ["night", say("夜间")]], (value) => (localStorage.setItem("light", value), dress())),
      offered() && toggle("voice", "允许语音输入", agreed(), agree)),
    h("section", {}, h("h2", {}, say("存储")), h("p", { id: "room" }, say("已用 {a} MB，可用 {b} MB", { a: megabytes(used), b: megabytes(free) })),
      stays ? h("p", { class: "soft" }, say("已请手机长期保留")) : h("button", { type: "button", class: "big plain", onclick: () => void persist().then((yes) => (yes ? again() : tellUser(say("手机未同意长期保留，空间不足时可能被清理"), "bad"))) }, say("请手机长期保留"))),
    h("section", { class: "stack" }, install ? h("button", { type: "button", class: "big", onclick: () => void install?.prompt() }, say("装到主屏幕")) : "", h("a", { class: "big plain", href: "/desk/" }, say("打开桌面版")), h("button", { type: "button", class: "big bad", id: "sign-out", onclick: () => void out() }, say("退出登录"))),
  );
}
