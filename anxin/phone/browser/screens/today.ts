// Today: the orders of the own body, the most pressing first, each with its next step as one big button.
import { h, icon } from "../lib/dom";
import { ICONS } from "../lib/drawn";
import { acts, get, type Act, type Task } from "../lib/store";
import { ahead, kindTitle, next, pressing, serverNow, STATES, TITLES, URGENCIES } from "../lib/tasks";
import { hour, say } from "../lib/words";
import { act } from "./task";

export async function today(root: HTMLElement): Promise<void> {
  const [day, all, at, now] = [await get("day"), await acts(), (await get("day_at")) ?? 0, await serverNow()];
  if (!day) return void root.replaceChildren(h("p", { class: "empty" }, say("登录后，今天的工单和地图会存到手机，没有网络也能用。")));
  const rows = await Promise.all(
    [...day.orders].filter((each) => !ahead(each, all).finished).sort((a, b) => pressing(a, now).due - pressing(b, now).due).map((each) => card(each, all, now)),
  );
  root.replaceChildren(
    h("h1", {}, say("今天"), " ", h("small", {}, day.area)),
    h("p", { class: "soft" }, say("数据时间 {t}", { t: hour(at) }), Date.now() - at > 86_400_000 && ` · ${say("数据已超过一天，联网后会更新")}`, day.more && ` · ${say("只带了最近 {n} 件，其余请在桌面查看", { n: day.orders.length })}`),
    rows.length ? h("ul", { class: "cards" }, rows) : h("p", { class: "empty" }, say("没有要办的工单")),
  );
}

async function card(task: Task, all: Act[], now: number): Promise<HTMLElement> {
  const at = ahead(task, all);
  const step = next(task, at);
  const press = pressing(task, now);
  return h("li", { class: `card ${press.tone}` },
    h("a", { class: "into", href: `#/task/${task.id}` },
      h("span", { class: "row" }, press.text && h("b", { class: `left ${press.tone}` }, press.text), task.urgency !== "ordinary" && h("b", { class: "left late" }, say(URGENCIES[task.urgency] ?? task.urgency)), h("span", { class: "soft" }, say(task.role === "lead" ? "主办" : "协办"), " · ", say(STATES[task.state] ?? task.state))),
      h("strong", {}, task.title), h("span", { class: "soft" }, await kindTitle(task.kind), task.address && ` · ${task.address}`)),
    at.waiting.length > 0 && h("p", { class: "soft" }, say("待发：{verbs}", { verbs: at.waiting.map((verb) => say(TITLES[verb])).join("、") })),
    task.waits_for.length > 0 && step === undefined && h("p", { class: "soft" }, say("等协办单位反馈：{names}", { names: task.waits_for.join("、") })),
    h("div", { class: "row" },
      step && h("button", { type: "button", class: "big", onclick: () => void act(task, step) }, icon(ICONS[step]), say(TITLES[step])),
      h("a", { class: "big plain", href: `#/task/${task.id}`, "aria-label": `${say("更多")}：${task.title}` }, say("更多"))));
}
