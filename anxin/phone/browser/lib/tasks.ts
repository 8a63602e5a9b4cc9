// An order as it will stand when what waits on the phone has been sent: so the next step is right without a network.
import { get, type Act, type Task, type Verb } from "./store";
import { language, say, span } from "./words";

export const TITLES: Record<Verb, string> = {
  report: "报事", sign: "签收", contact: "联系诉求人", arrive: "到场", note: "记录", finish: "办结反馈", consult: "请求支援", hand_back: "申请退件", ask_more_time: "申请延期",
};
export const STATES: Record<string, string> = {
  sent: "待签收", signed: "办理中", returning: "退件审核中", finished: "已反馈", withdrawn: "已撤回",
};
export const URGENCIES: Record<string, string> = { ordinary: "一般", urgent: "紧急", emergency: "特急" };

export interface Ahead {
  signed: boolean;
  contacted: boolean;
  arrived: boolean;
  finished: boolean;
  /** Handed back: it is for the arbiter to say whose it is. */
  returning: boolean;
  waiting: Verb[];
}

/** Where an order stands, counting what waits to be sent. */
export function ahead(task: Task, all: Act[]): Ahead {
  const waiting = all.filter((each) => each.order === task.id && each.state === "waiting").map((each) => each.verb);
  return {
    signed: task.state !== "sent" || waiting.includes("sign"),
    contacted: task.contacted_at !== null || waiting.includes("contact"),
    arrived: task.arrived_at !== null || waiting.includes("arrive"),
    finished: task.state === "finished" || waiting.includes("finish"),
    returning: task.state === "returning" || waiting.includes("hand_back"),
    waiting,
  };
}

/** The one step that comes next, or undefined when the rest is up to others. */
export function next(task: Task, at: Ahead): Verb | undefined {
  if (at.finished || at.returning) return undefined;
  const steps: [Verb, boolean][] = [["sign", !at.signed], ["contact", task.person && !at.contacted], ["arrive", task.lat !== null && !at.arrived], ["finish", task.waits_for.length === 0]];
  return steps.find(([verb, due]) => due && task.verbs.includes(verb))?.[0];
}

/** Everything else that may be done now. */
export function others(task: Task, at: Ahead): Verb[] {
  const first = next(task, at);
  return task.verbs.filter((verb) => {
    if (verb === first || verb === "sign") return false;
    if (verb === "note" || verb === "consult") return true;
    if (verb === "ask_more_time" && at.waiting.includes(verb)) return false;
    return (at.signed || verb === "hand_back") && !at.finished && !at.returning;
  });
}

/** Whether a step has a form of its own; the rest is one tap. */
export const hasForm = (verb: Verb) => verb !== "sign" && verb !== "arrive";

/** The kind in the reader's language. */
export async function kindTitle(code: string): Promise<string> {
  const found = (await get("day"))?.kinds.find((each) => each.code === code);
  return found ? (language === "en" ? found.title_en : found.title) : code;
}

/** How pressing it is: words, and a tone. */
export function pressing(task: Task, now: number): { text: string; tone: string; due: number } {
  const first = task.limits.filter((each) => !each.paused).map((each) => Date.parse(each.due_at)).sort((a, b) => a - b)[0];
  if (first === undefined) return { text: task.limits.length ? say("已暂停") : "", tone: "still", due: Infinity };
  const left = first - now;
  if (left < 0) return { text: say("超时 {t}", { t: span(left) }), tone: "late", due: first };
  return { text: say("剩 {t}", { t: span(left) }), tone: left < 3_600_000 ? "soon" : "good", due: first };
}

/** The time by the server's clock, as far as the phone knows. */
export const serverNow = async () => Date.now() + ((await get("skew")) ?? 0);
