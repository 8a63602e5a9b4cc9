// The phone: starts from what lies on it, shows one screen at a time, and sends whenever it can.
import workerAddress from "./worker/sw?worker&url";
import { h, icon } from "./lib/dom";
import { ICONS } from "./lib/drawn";
import { acts, get, onChange, put } from "./lib/store";
import { last, progress, sync } from "./lib/sync";
import { language, say, speak } from "./lib/words";
import { map } from "./screens/map";
import { dress, me } from "./screens/me";
import { outbox } from "./screens/outbox";
import { report } from "./screens/report";
import { step, task } from "./screens/task";
import { today } from "./screens/today";

const TABS = [["today", "今天"], ["report", "报事"], ["outbox", "待发"], ["map", "地图"], ["me", "我的"]] as const;
/** Kept on the phone without having heard of the server for so long, orders are erased [INF]. */
const LONGEST = 3 * 86_400_000;

document.documentElement.dataset.worker = workerAddress;
dress();
speak(language);
const main = document.getElementById("main") as HTMLElement;
const top_ = document.getElementById("top") as HTMLElement;
const bar = document.getElementById("bar") as HTMLElement;
let update: ServiceWorker | undefined;

const path = () => location.hash.replace(/^#\/?/, "").split("/");
/** Whether the screen holds a form: then it is not drawn anew under somebody's fingers. */
const writing = ([name, , verb]: string[]) => name === "report" || (name === "task" && Boolean(verb));

let turn = 0;
async function show(moved: boolean): Promise<void> {
  const mine = ++turn;
  const [name = "", one = "", verb = ""] = path();
  const known = (await get("account")) !== undefined && !(await get("signed_out"));
  const stage = h("div", { class: "stage" });
  if (!known && name !== "me") welcome(stage);
  else if (name === "report") await report(stage, one);
  else if (name === "outbox") await outbox(stage);
  else if (name === "map") await map(stage);
  else if (name === "me") await me(stage);
  else if (name === "task" && verb) await step(stage, one, verb);
  else if (name === "task") await task(stage, one);
  else await today(stage);
  if (mine !== turn) return;
  const open = document.activeElement instanceof HTMLElement && main.contains(document.activeElement) ? document.activeElement.id : "";
  main.replaceChildren(stage);
  if (moved) {
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  } else if (open) document.getElementById(open)?.focus({ preventScroll: true });
  document.title = `${main.querySelector("h1")?.textContent ?? ""} · ${say("安心")}`;
  await frame();
}

function welcome(stage: HTMLElement): void {
  stage.replaceChildren(h("h1", {}, say("请先登录")), h("p", {}, say("登录后，今天的工单和地图会存到手机，没有网络也能用。")), h("a", { class: "big", id: "sign-in", href: "/desk/sign-in?next=/phone/" }, say("登录")));
}

/** The line above and the bar below. */
async function frame(): Promise<void> {
  const all = await acts();
  const waiting = all.filter((each) => each.state === "waiting").length;
  const open = all.filter((each) => each.state === "needs").length;
  const away = !navigator.onLine || last === "offline";
  const [text, tone] = progress.running && progress.total ? [say("正在发送 {a} / {b}", { a: progress.sent, b: progress.total }), "good"] : open ? [say("{n} 项需要您决定", { n: open }), "late"] : waiting ? [say("{n} 项待发", { n: waiting }), "soon"] : away ? [say("没有网络"), "still"] : [say("全部已发送"), "good"];
  const account = await get("account");
  top_.replaceChildren(
    h("a", { class: "home", href: "#/today" }, say("安心")),
    account === undefined ? "" : h("a", { class: `state ${tone}`, id: "state", href: "#/outbox" }, away && waiting ? `${say("没有网络")} · ` : "", text),
    update ? h("button", { type: "button", class: "line", id: "update", onclick: () => setTimeout(() => update?.postMessage("take over"), 400) }, say("有新版本：重新载入")) : "",
    last === "signin" && account !== undefined ? h("a", { class: "line", id: "again", href: "/desk/sign-in?next=/phone/" }, waiting ? say("登录已结束，登录后发送 {n} 项待发内容", { n: waiting }) : say("登录已结束，已填的内容都在")) : "",
  );
  const [name = "today"] = path();
  bar.setAttribute("aria-label", language === "en" ? "Main pages" : "主要页面");
  bar.replaceChildren(...TABS.map(([code, title]) => h("a", { href: `#/${code}`, class: code === "report" ? "main" : "", "aria-current": code === (name === "task" ? "today" : name || "today") ? "page" : undefined }, icon(ICONS[code]), h("span", {}, say(title)), code === "outbox" && waiting + open > 0 && h("b", { class: "badge" }, waiting + open))));
}

let planned = 0;
let misses = 0;
/** Send now, and again after a while that grows with each miss, up to five minutes. */
async function beat(): Promise<void> {
  clearTimeout(planned);
  const outcome = await sync();
  misses = outcome === "offline" || outcome === "later" ? misses + 1 : 0;
  const pause = misses ? Math.min(300_000, 5000 * 2 ** misses) : 60_000;
  planned = self.setTimeout(() => void beat(), pause * (0.8 + Math.random() * 0.4));
}

let soon = 0;
onChange(() => {
  clearTimeout(soon);
  soon = self.setTimeout(() => void (writing(path()) ? frame() : show(false)), 60);
});
addEventListener("hashchange", () => void show(true));
addEventListener("online", () => ((misses = 0), void beat()));
addEventListener("offline", () => void frame());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") void beat();
  else void askForSync();
});

/** Let the device send what waits when the page is closed, where it offers that. */
async function askForSync(): Promise<void> {
  const all = await acts();
  if (!all.some((each) => each.state === "waiting")) return;
  const found = (await navigator.serviceWorker?.getRegistration("/phone/")) as (ServiceWorkerRegistration & { sync?: { register(tag: string): Promise<void> } }) | undefined;
  await found?.sync?.register("outbox").catch(() => undefined);
}

async function keepShell(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const found = await navigator.serviceWorker.register("/phone/sw.js", { scope: "/phone/" });
  const look = (worker: ServiceWorker | null): void => {
    if (worker?.state === "installed" && navigator.serviceWorker.controller) {
      update = worker;
      void frame();
    }
  };
  look(found.waiting);
  found.addEventListener("updatefound", () => {
    const coming = found.installing;
    coming?.addEventListener("statechange", () => look(coming));
  });
  let held = navigator.serviceWorker.controller;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (held && update) location.reload();
    held = navigator.serviceWorker.controller;
  });
}

async function start(): Promise<void> {
  const day = await get("day");
  if (day && Date.now() - ((await get("day_at")) ?? 0) > LONGEST) await put({ day: { ...day, orders: [], near: [] }, etag: "" });
  await show(true);
  await keepShell().catch(() => undefined);
  await beat();
}

void start();
