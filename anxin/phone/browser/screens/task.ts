// One order: what, where, until when, the next step, and everything else that may be done with it.
import { askUser, h, icon, set, tellUser } from "../lib/dom";
import { Draft } from "../lib/drafts";
import { ICONS } from "../lib/drawn";
import { where } from "../lib/position";
import { acts, begin, finish, get, type Act, type Fields, type Task, type Verb } from "../lib/store";
import { sync, tell } from "../lib/sync";
import { ahead, hasForm, kindTitle, next, others, pressing, serverNow, STATES, TITLES, URGENCIES } from "../lib/tasks";
import { hour, say } from "../lib/words";
import { photos, sendButton, words } from "./pieces";

const on = (task: Task): Partial<Act> => ({ matter: task.matter, order: task.id, seen: task.entries, about: task.title });

/** Do a step of an order, or open the form it needs. */
export async function act(task: Task, verb: Verb): Promise<void> {
  if (hasForm(verb)) return void (location.hash = `#/task/${task.id}/${verb}`);
  const fields: Fields = {};
  if (verb === "arrive") {
    tellUser(say("正在定位…"));
    const fix = await where();
    if (fix) Object.assign(fields, { lat: fix.lat, lon: fix.lon });
  }
  const waits = ahead(task, await acts()).waiting;
  if (!waits.includes(verb)) await finish(await begin(verb, { ...on(task), fields }));
  kept();
}

/** Said after everything that was kept: it is safe, and on its way. */
export function kept(): void {
  tellUser(say(navigator.onLine ? "已记下" : "已记下，有网络就发送"), "good");
  void sync();
}

const found = async (id: string) => (await get("day"))?.orders.find((each) => each.id === id);

const gone = (root: HTMLElement) => set(root, h("p", { class: "empty" }, say("不在今天的工单里，可能已办结或撤回")), h("a", { class: "big plain", href: "#/today" }, say("返回")));

export async function task(root: HTMLElement, id: string): Promise<void> {
  const one = await found(id);
  if (!one) return gone(root);
  const [all, now] = [await acts(), await serverNow()];
  const at = ahead(one, all);
  const step = next(one, at);
  const press = pressing(one, now);
  const button = (verb: Verb, tone: string) => h("button", { type: "button", class: `big ${tone}`, onclick: () => void act(one, verb) }, icon(ICONS[verb]), say(TITLES[verb]));
  const shoot = (label: "before" | "after", text: string) => h("a", { class: "big plain", href: `#/task/${one.id}/${label}` }, icon(ICONS.camera), say(text));
  const part = (name: string, text: string) => text && h("div", {}, h("dt", {}, say(name)), h("dd", {}, text));
  set(root, 
    h("h1", {}, one.title),
    h("p", { class: "row" }, press.text && h("b", { class: `left ${press.tone}` }, press.text), one.urgency !== "ordinary" && h("b", { class: "left late" }, say(URGENCIES[one.urgency] ?? one.urgency)), one.confidential && h("b", { class: "left soon" }, say("保密")), h("span", {}, say(one.role === "lead" ? "主办" : "协办"), " · ", say(STATES[one.state] ?? one.state))),
    at.waiting.length > 0 && h("p", { class: "notice" }, say("待发：{verbs}", { verbs: at.waiting.map((verb) => say(TITLES[verb])).join("、") })),
    one.waits_for.length > 0 && h("p", { class: "notice" }, say("等协办单位反馈：{names}", { names: one.waits_for.join("、") })),
    step && h("div", { class: "row" }, button(step, "next")),
    h("h2", {}, say("更多")),
    h("div", { class: "grid" }, at.signed && !at.finished && [shoot("before", "处置前拍照"), shoot("after", "处置后拍照")], others(one, at).map((verb) => button(verb, "plain"))),
    h("dl", {}, part("任务", one.task), part("地址", [one.area, one.address].filter(Boolean).join(" ")), part("内容", one.confidential ? say("保密件：内容请联网在桌面查看") : one.said), part("类别", await kindTitle(one.kind)),
      one.limits.length > 0 && h("div", {}, h("dt", {}, say("时限")), one.limits.map((each) => h("dd", {}, each.title, " ", new Date(each.due_at).toLocaleDateString(), " ", hour(each.due_at))))),
    one.lat !== null && h("a", { class: "big plain", href: `geo:${one.lat},${one.lon}?q=${one.lat},${one.lon}` }, icon(ICONS.map), say("导航")),
    h("p", { class: "soft" }, one.matter, " · ", one.number),
  );
}

/** The form of a step of an order: `before` and `after` are notes with photos. */
export async function step(root: HTMLElement, id: string, name: string): Promise<void> {
  const one = await found(id);
  if (!one) return gone(root);
  const label = name === "before" || name === "after" ? name : name === "finish" ? "after" : "";
  const verb = (name === "before" || name === "after" ? "note" : name) as Verb;
  if (!one.verbs.includes(verb)) return gone(root);
  const draft = await Draft.of(verb, { ...on(one), fields: { part: name } });
  const title = name === "before" ? "处置前拍照" : name === "after" ? "处置后拍照" : TITLES[verb];
  const send = async (): Promise<void> => {
    delete draft.act.fields.part;
    if (!(await draft.send())) return;
    root.replaceChildren();
    history.replaceState(null, "", `#/task/${one.id}`);
    dispatchEvent(new HashChangeEvent("hashchange"));
    kept();
  };
  const main = h("button", { type: "button", class: "big plain", onclick: () => history.back() }, say("返回"));
  const head = [h("h1", {}, say(title)), h("p", { class: "soft" }, one.title)];
  if (verb === "contact") {
    const answer = (reached: boolean) => async (): Promise<void> => {
      draft.act.fields.reached = reached;
      await send();
    };
    set(root, ...head, one.person ? h("button", { type: "button", class: "big", id: "number", onclick: () => void number(one) }, icon(ICONS.contact), say("显示姓名电话（会记录）")) : "",
      words(draft, "text", say("说了什么（可留空）"), ""), h("div", { class: "row" }, h("button", { type: "button", class: "big", id: "reached", onclick: () => void answer(true)() }, say("联系上了")), h("button", { type: "button", class: "big plain", onclick: () => void answer(false)() }, say("没接通"))), main);
    return;
  }
  if (verb === "consult") {
    const day = await get("day");
    const chosen = new Set((draft.act.fields.bodies as string[] | undefined) ?? []);
    const pick = (each: { code: string; name: string }) => {
      const box = h("input", { type: "checkbox", checked: chosen.has(each.code) });
      box.addEventListener("change", () => {
        if (box.checked) chosen.add(each.code);
        else chosen.delete(each.code);
        draft.change({ bodies: [...chosen] });
      });
      return h("label", { class: "check" }, box, each.name);
    };
    const bodies = day?.bodies ?? [];
    set(root, ...head, words(draft, "text", say("需要什么帮助"), say("写点什么")),
      h("fieldset", {}, h("legend", {}, say("请哪个单位")), bodies.slice(0, 6).map(pick), bodies.length > 6 && h("details", {}, h("summary", {}, say("更多单位")), bodies.slice(6).map(pick))), main,
      sendButton(say("发送"), async () => (String(draft.act.fields.text ?? "").trim() ? send() : tellUser(say("写点什么"), "bad"))));
    return;
  }
  if (verb === "hand_back" || verb === "ask_more_time") {
    const back = verb === "hand_back";
    const missing = () => ["reason", ...(back ? ["body", "basis"] : [])].some((name) => !String(draft.act.fields[name] ?? "").trim());
    if (!back) draft.act.fields.amount ??= one.most;
    set(root, ...head, h("p", { class: "soft" }, say(back ? "由仲裁岗位裁定；每个单位对同一事项只能申请一次" : "由审批岗位决定；只能申请一次，单位与时限相同，最多再加 {limit}", { limit: one.whole })),
      back ? proposal(draft, (await get("day"))?.bodies ?? []) : amount(draft, one.most),
      words(draft, "reason", say("理由"), ""), main,
      sendButton(say(TITLES[verb]), async () => (missing() ? tellUser(say(back ? "请写明理由、依据和建议单位" : "请写明理由"), "bad") : send())));
    return;
  }
  if (verb === "finish") {
    const field = words(draft, "result", say("结果"), say("写明怎么处理的"));
    const box = field.querySelector("textarea");
    const phrase = (text: string) => h("button", { type: "button", class: "chip", onclick: () => {
      if (!box) return;
      box.value = box.value ? `${box.value}；${text}` : text;
      draft.change({ result: box.value });
    } }, say(text));
    set(root, ...head, photos(draft, "after"), field, h("div", { class: "chips" }, ["已到场处置完毕，现场恢复正常", "已清理、已恢复通行", "已劝解，双方同意"].map(phrase)), main,
      sendButton(say("办结反馈"), async () => {
        if (!String(draft.act.fields.result ?? "").trim()) return tellUser(say("写明怎么处理的"), "bad");
        if (one.proof && !draft.act.photos.length) return tellUser(say("办结要有照片"), "bad");
        return send();
      }));
    return;
  }
  set(root, ...head, photos(draft, label), words(draft, "text", say("记录"), say("写点什么")), main,
    sendButton(say("发送"), async () => (draft.act.photos.length || String(draft.act.fields.text ?? "").trim() ? send() : tellUser(say("写点什么"), "bad"))));
}

/** Who should have the order instead, and by what list or rule. */
function proposal(draft: Draft, bodies: { code: string; name: string }[]): HTMLElement {
  const body = h("select", { id: "body" }, h("option", { value: "" }, ""), bodies.map((each) => h("option", { value: each.code }, each.name)));
  const basis = h("input", { id: "basis", type: "text", maxlength: 300, autocomplete: "off", value: String(draft.act.fields.basis ?? "") });
  body.value = String(draft.act.fields.body ?? "");
  body.addEventListener("change", () => draft.change({ body: body.value }));
  basis.addEventListener("input", () => draft.change({ basis: basis.value }));
  return h("section", {}, h("label", { for: "body" }, say("建议承办单位")), body, h("label", { for: "basis" }, say("依据（职责清单、法规条文）")), basis);
}

/** How much more of the limit. */
function amount(draft: Draft, most: number): HTMLElement {
  const box = h("input", { id: "amount", type: "number", inputmode: "numeric", min: 1, max: most, value: String(draft.act.fields.amount ?? most) });
  box.addEventListener("input", () => draft.change({ amount: Math.trunc(Number(box.value)) }));
  return h("section", {}, h("label", { for: "amount" }, say("延长多少")), box);
}

/** The number behind a matter: asked for with a purpose, written down, shown once, stored nowhere. */
async function number(one: Task): Promise<void> {
  let answer: Response;
  try {
    answer = await tell("person", { matter: one.matter, purpose: "contact" });
  } catch {
    return tellUser(say("查看电话需要网络"), "bad");
  }
  const said = (await answer.json()) as { name?: string; phone?: string; message?: string };
  if (!answer.ok) return tellUser(said.message ?? "", "bad");
  await askUser(say("只显示这一次，不存手机"), [["", say("关闭"), "plain"]], h("p", { class: "person" }, said.name), h("a", { class: "big", href: `tel:${said.phone ?? ""}` }, icon(ICONS.contact), said.phone));
}
