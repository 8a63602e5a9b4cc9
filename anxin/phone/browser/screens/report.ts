// Reporting: a photo, a word or a kind, the place by itself, send. Three taps when it is in a hurry.
import { h, icon, tellUser } from "../lib/dom";
import { Draft } from "../lib/drafts";
import { ICONS } from "../lib/drawn";
import { areaAt, metres, where } from "../lib/position";
import { get, type Day, type Known } from "../lib/store";
import { language, say } from "../lib/words";
import { emergency, photos, sendButton, words } from "./pieces";
import { kept } from "./task";

const CHIPS = 6;
const NEAR = 150;

/** The kinds whose words stand in the text, the most words first; without any, the first of the list. */
export function proposed(day: Day | undefined, text: string): Day["kinds"] {
  const all = day?.kinds ?? [];
  const counted = all.map((kind) => ({ kind, count: kind.words.filter((word) => text.includes(word)).length })).filter((each) => each.count);
  counted.sort((a, b) => b.count - a.count);
  return [...counted.map((each) => each.kind), ...all.filter((kind) => !counted.some((each) => each.kind === kind))].slice(0, CHIPS);
}

export async function report(root: HTMLElement, id = ""): Promise<void> {
  const day = await get("day");
  const draft = await Draft.of("report", {}, id);
  const fields = draft.act.fields;
  draft.stored = () => {
    if (location.hash === "#/report") history.replaceState(null, "", `#/report/${draft.act.id}`);
  };
  const title = (kind: Day["kinds"][number]) => (language === "en" ? kind.title_en : kind.title);
  const chips = h("div", { class: "chips", role: "group", "aria-label": say("类别") });
  const other = h("select", { id: "kind" }, h("option", { value: "" }, say("由系统识别")), (day?.kinds ?? []).map((kind) => h("option", { value: kind.code }, title(kind))));
  const place = h("p", { class: "place", role: "status" });
  const twins = h("div", {});

  const choose = (code: string): void => {
    draft.change({ kind: fields.kind === code ? "" : code });
    offer();
  };
  const offer = (): void => {
    const some = proposed(day, String(fields.words ?? ""));
    const chosen = (day?.kinds ?? []).find((each) => each.code === fields.kind);
    if (chosen && !some.includes(chosen)) some.unshift(chosen);
    chips.replaceChildren(...some.map((kind) => h("button", { type: "button", class: "chip", "aria-pressed": String(fields.kind === kind.code), onclick: () => choose(kind.code) }, title(kind))));
    other.value = String(fields.kind ?? "");
    known();
  };
  const known = (): void => {
    const here = typeof fields.lat === "number" && typeof fields.lon === "number" ? { lat: fields.lat, lon: fields.lon } : undefined;
    const close = here ? (day?.near ?? []).map((each): [Known, number] => [each, metres(here, each)]).filter(([each, far]) => far <= NEAR && (!fields.kind || each.kind === fields.kind)).sort((a, b) => a[1] - b[1]).slice(0, 2) : [];
    twins.replaceChildren(...close.map(([each, far]) => h("div", { class: "notice" }, h("b", {}, say("附近已有")), " ", each.headline, " · ", say("{n} 米", { n: far }), " · ", each.state,
      day?.may.includes("note") && h("button", { type: "button", class: "small", onclick: () => void join(each) }, say("就是这件：记一笔")))));
  };
  const join = async (each: Known): Promise<void> => {
    Object.assign(draft.act, { verb: "note", matter: each.number, about: each.headline, fields: { text: String(fields.words ?? "") || each.headline } });
    await leave();
  };
  const locate = async (): Promise<void> => {
    place.replaceChildren(say("正在定位…"));
    const fix = await where();
    if (fix) draft.change({ lat: fix.lat, lon: fix.lon, accuracy: fix.accuracy }, true);
    placed();
  };
  const placed = (): void => {
    const again = h("button", { type: "button", class: "small", onclick: () => void locate() }, say("用当前位置"));
    if (typeof fields.lat !== "number" || typeof fields.lon !== "number") {
      const list = h("select", { id: "area", "aria-label": say("选区域") }, (day?.map ?? []).map((each) => h("option", { value: each.code }, each.name)));
      list.value = String(fields.area || day?.map.find((each) => each.own)?.code || "");
      if (list.value) fields.area = list.value;
      list.addEventListener("change", () => draft.change({ area: list.value }));
      place.replaceChildren(icon(ICONS.arrive), say("没有定位，按所在区域上报"), " ", list, again);
      return;
    }
    const area = areaAt(day?.map ?? [], fields.lat, fields.lon);
    const drop = h("button", { type: "button", class: "small", onclick: () => (draft.change({ lat: null, lon: null }), placed()) }, say("选区域"));
    place.replaceChildren(icon(ICONS.arrive), h("b", {}, area?.name ?? say("不在本区域")), " ", say("误差 {n} 米", { n: Number(fields.accuracy ?? 0) }), " ", again, drop);
    known();
  };
  const leave = async (): Promise<void> => {
    if (!(await draft.send())) return;
    root.replaceChildren();
    history.replaceState(null, "", "#/today");
    dispatchEvent(new HashChangeEvent("hashchange"));
    kept();
  };
  const send = async (): Promise<void> => {
    if (!draft.act.photos.length && !String(fields.words ?? "").trim() && !fields.kind) return tellUser(say("先拍照、写一句话或选类别"), "bad");
    const kind = (day?.kinds ?? []).find((each) => each.code === fields.kind);
    draft.act.about = String(fields.words ?? "").slice(0, 40) || (kind ? title(kind) : say("报事"));
    delete fields.accuracy;
    await leave();
  };

  other.addEventListener("change", () => choose(other.value));
  const address = h("input", { id: "address", type: "text", maxlength: 300, autocomplete: "off", value: String(fields.address ?? "") });
  address.addEventListener("input", () => draft.change({ address: address.value }));
  const urgent = h("input", { type: "checkbox", id: "urgent", role: "switch", checked: fields.urgent === true });
  urgent.addEventListener("change", () => draft.change({ urgent: urgent.checked }));
  root.replaceChildren(
    h("h1", {}, say("报事")), emergency(), photos(draft, ""),
    words(draft, "words", say("发生了什么"), say("写一句话，或只选类别"), offer), twins,
    h("section", {}, h("label", { for: "kind" }, say("类别")), chips, h("details", {}, h("summary", {}, say("其他类别")), other)),
    h("section", {}, h("h2", {}, say("地点")), place, h("label", { for: "address", class: "soft" }, say("门牌、楼栋、位置说明（可留空）")), address),
    h("label", { class: "check urgent" }, urgent, say("紧急，请马上处理")),
    sendButton(say("发送"), send),
  );
  offer();
  placed();
  if (typeof fields.lat !== "number" && !id) void locate();
}
