// What is still on the phone: what needs the person, what waits, drafts; and what became of the rest.
import { askUser, h, set, tellUser } from "../lib/dom";
import { acts, begin, get, photosOf, remove, replace, save, sealed, written as words, type Act, type Fields } from "../lib/store";
import { alone, handed, last, progress, sync } from "../lib/sync";
import { hasForm, STATES, TITLES } from "../lib/tasks";
import { hour, megabytes, say } from "../lib/words";

export async function outbox(root: HTMLElement): Promise<void> {
  const all = await acts();
  const of = (state: Act["state"]) => all.filter((each) => each.state === state);
  const waiting = of("waiting");
  const photos = (await Promise.all(waiting.map((each) => photosOf(each.id)))).flat().filter((each) => !each.sent);
  const bytes = photos.reduce((sum, each) => sum + each.blob.size, 0);
  const account = await get("account");
  const closed = (await sealed()).filter((each) => each.account !== account).reduce((sum, each) => sum + each.count, 0);
  const part = (title: string, some: Act[], row: (one: Act) => HTMLElement) => some.length > 0 && h("section", {}, h("h2", {}, `${say(title)} · ${some.length}`), h("ul", { class: "cards" }, some.map(row)));
  set(root, 
    h("h1", {}, say("待发")),
    h("div", { class: "sum", id: "sum", role: "status" }, waiting.length ? [progress.running && h("p", {}, say("已发 {a} / {b}", { a: progress.sent, b: progress.total })), h("p", {}, say("{n} 项待发", { n: waiting.length }), photos.length > 0 && ` · ${say("还有 {n} 张照片，{m} MB", { n: photos.length, m: megabytes(bytes) })}`)] : h("p", {}, say("没有待发内容"))),
    last === "signin" && h("a", { class: "big", href: "/desk/sign-in?next=/phone/" }, say("登录已结束，登录后发送 {n} 项待发内容", { n: waiting.length })),
    waiting.length > 0 && last !== "signin" && h("button", { type: "button", class: "big", id: "send-now", onclick: () => void now() }, say("现在发送")),
    closed > 0 && h("p", { class: "notice" }, say("另一账号有 {n} 项未发内容，已封存，只有该账号登录后才能打开", { n: closed })),
    handed.opened > 0 && h("p", { class: "notice" }, say("已打开您先前封存的 {n} 项", { n: handed.opened })),
    part("需要您决定", of("needs"), (one) => needs(one, waiting)),
    part("待发", waiting, wait), part("草稿", of("draft"), draft), part("放在一边", of("kept"), (one) => needs(one, [])), part("今天已发送", of("done").reverse().slice(0, 20), done),
  );
}

const head = (one: Act) => [h("strong", {}, say(TITLES[one.verb]), one.about && `：${one.about}`), one.at && h("span", { class: "soft" }, ` ${hour(one.at)}`)];

async function now(): Promise<void> {
  const outcome = await sync();
  if (outcome === "offline") tellUser(say("没有网络，内容都存在手机里"), "bad");
  if (outcome === "later") tellUser(say("系统暂时不能接收，稍后自动再发"), "bad");
}

const wait = (one: Act) =>
  h("li", { class: "card" }, head(one), words(one) && h("p", {}, words(one)), one.photos.length > 0 && h("p", { class: "soft" }, say("还有 {n} 张照片，{m} MB", { n: one.photos.length, m: megabytes(one.photos.reduce((sum, each) => sum + each.size, 0)) })), one.answer?.result === "held" && h("p", { class: "soft" }, say("等前一步")),
    h("div", { class: "row" }, one.tries ? h("span", { class: "soft" }, say("可能已送达，不能再改")) : [h("button", { type: "button", class: "small", onclick: () => void back(one) }, say("修改")), h("button", { type: "button", class: "small", onclick: () => void drop(one) }, say("丢弃"))]));

const draft = (one: Act) =>
  h("li", { class: "card" }, head(one), h("p", {}, words(one)), one.photos.length > 0 && h("p", { class: "soft" }, say("{n} 张照片", { n: one.photos.length })),
    h("div", { class: "row" }, h("a", { class: "big", href: into(one) }, say("继续写")), h("button", { type: "button", class: "small", onclick: () => void drop(one) }, say("丢弃"))));

const done = (one: Act) =>
  h("li", { class: "card" }, head(one), h("p", { class: "soft" }, one.answer?.result === "already" ? say("已由同单位签收") : say("已入库，编号 {n}", { n: one.answer?.matter ?? "" })));

/** An act that could not be done: what has changed, and what can become of it. Its words and photos are still here. */
function needs(one: Act, waiting: Act[]): HTMLElement {
  const answer = one.answer;
  const behind = waiting.filter((each) => each.matter && each.matter === one.matter).length;
  const lost = answer?.result === "conflict";
  const button = (text: string, what: () => Promise<void>, tone = "plain") => h("button", { type: "button", class: `big ${tone}`, onclick: () => void what() }, say(text));
  return h("li", { class: "card late", "data-act": one.id }, head(one), h("p", {}, h("b", {}, say(lost ? "别人先办了这一步" : "没能办成")), " ", answer?.message),
    Object.entries(answer?.fields ?? {}).map(([name, text]) => h("p", { class: "soft" }, `${name}: ${text}`)),
    answer?.order_state && h("p", {}, say("当前状态：{s}", { s: say(STATES[answer.order_state] ?? answer.order_state) })),
    (answer?.changed?.length ?? 0) > 0 && h("div", {}, h("p", {}, say("这期间：")), h("ol", { class: "steps" }, answer?.changed?.map((each) => h("li", {}, hour(each.at), " ", each.title, " · ", each.who, each.own && `（${say("您自己（另一台设备）")}）`)))),
    words(one) && h("blockquote", {}, words(one)), one.photos.length > 0 && h("p", { class: "soft" }, say("{n} 张照片", { n: one.photos.length })), behind > 0 && h("p", { class: "soft" }, say("后面还有 {n} 步在等", { n: behind })),
    h("div", { class: "row wrap" }, answer?.noted && one.verb !== "note" && button("改为记录发送", () => asNote(one), ""), !lost && hasForm(one.verb) && button("修改", () => again(one), ""), !answer?.noted && one.verb !== "report" && (words(one) || one.photos.length > 0) && button("作为新事项上报", () => asReport(one)), !lost && button("重试", () => retry(one)),
      one.state === "needs" && button("先留着", () => save({ ...one, state: "kept" }).then(() => void sync())), button("丢弃", () => drop(one))));
}

async function drop(one: Act): Promise<void> {
  if ((await askUser(say("确定丢弃？文字和照片都会删除，不能恢复。"), [["", say("取消"), "plain"], ["drop", say("丢弃"), "bad"]])) !== "drop") return;
  if (!(await alone(() => remove(one.id)))) return tellUser(say("正在发送，请稍候再改"), "bad");
  void sync();
}

const into = (one: Act) => (one.verb === "report" ? `#/report/${one.id}` : `#/task/${one.order}/${String(one.fields.part ?? one.verb)}`);

async function back(one: Act): Promise<void> {
  const free = await alone(async () => {
    if (hasForm(one.verb)) await save({ ...one, state: "draft", fields: { ...one.fields, ...(one.verb === "report" ? {} : { part: one.verb }) } });
  });
  if (!free) return tellUser(say("正在发送，请稍候再改"), "bad");
  location.hash = into(one);
}

/** The same words and photos under a new id: what was refused has left nothing behind. */
async function anew(one: Act, more: Partial<Act>): Promise<Act> {
  const made = { ...(await begin(one.verb)), ...one, ...more, id: crypto.randomUUID(), tries: 0, answer: undefined };
  await replace(one, made);
  return made;
}

async function again(one: Act): Promise<void> {
  const made = await anew(one, { state: "draft", fields: { ...one.fields, ...(one.verb === "report" ? {} : { part: one.verb }) } });
  location.hash = into(made);
}

async function retry(one: Act): Promise<void> {
  await anew(one, { state: "waiting" });
  void sync();
}

async function asNote(one: Act): Promise<void> {
  const lead = say("“{verb}”未能办成（{why}），现场情况如下：", { verb: say(TITLES[one.verb]), why: (one.answer?.changed ?? []).map((each) => `${hour(each.at)} ${each.title}`).join("、") || (one.answer?.message ?? "") });
  const fields: Fields = { text: `${lead}\n${words(one) || say(TITLES[one.verb])}` };
  await anew(one, { verb: "note", order: "", state: "waiting", fields });
  void sync();
}

async function asReport(one: Act): Promise<void> {
  const made = await anew(one, { verb: "report", matter: "", order: "", seen: 0, state: "draft", fields: { words: words(one) } });
  location.hash = `#/report/${made.id}`;
}

