"""The matter page: one command to many, consultations that become orders, calls of three, two sides of a hand-back,
photos before they are public, paper, and whoever was quicker."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from anxin.kernel import access, clock, files, flow, registry
from anxin.kernel.errors import GuardRefused, NotFound
from anxin.kernel.files import Attachment, PublicPhoto
from anxin.kernel.journal import Entry
from anxin.kernel.matters import CLOSED, REFUSED, Matter
from anxin.kernel.orders import HELPER, LEAD, RETURNING, Order
from anxin.kernel.people import Reading
from anxin.web import reasons, timeleft
from anxin.web.tests.desk_client import Forms, Person
from tests.cast import Cast, body, garage

pytestmark = pytest.mark.django_db
FACES = (120, 80)


def picture(name: str = "现场.png", colour: str = "white") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", FACES, colour).save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue(), "image/png")


def reported(cast: Cast, **more: Any) -> Matter:
    return flow.report(garage(**more), cast.resident).matter


def order_of(matter: Matter, role: str) -> Order:
    return Order.objects.exclude(state="withdrawn").get(matter=matter, role=role)


# ---- the page ---------------------------------------------------------------------------------------------------


def test_one_form_stands_open_and_every_other_verb_has_its_key(cast: Cast) -> None:
    number = reported(cast).number
    page = Person("li.juan").read(f"/desk/matters/{number}")
    assert page.count('class="doing"') == 1
    assert 'id="sign-' in page
    keys = re.findall(r'data-do="[^"]+" data-key="(\w)"', page)
    assert len(keys) >= 10
    assert len(set(keys)) == len(keys), "no key stands for two verbs"
    assert not {"j", "k", "u", "g", "i"} & set(keys), "these lead elsewhere"
    opened = Person("li.juan").read(f"/desk/matters/{number}?do=merge")
    assert opened.count('class="doing"') == 1
    assert 'id="merge-into"' in opened


def test_the_time_left_is_said_with_its_reason(cast: Cast) -> None:
    with clock.at(clock.now()) as now:
        matter = reported(cast)
        flow.sign(order_of(matter, LEAD), cast.dispatcher)
        now.advance(timedelta(hours=1))
        page = Person("li.juan").read(f"/desk/matters/{matter.number}")
    times = page[page.index('class="times"') : page.index('class="columns"')]
    assert "起算" in times
    assert "整件" in times
    assert "我的时限" in times
    whole = next(each for each in matter.clocks.all() if each.code.startswith("handle."))
    assert timeleft.read(whole, clock.now()).limit in times


def test_a_piece_of_the_page_is_given_to_a_script_that_asks(cast: Cast) -> None:
    number = reported(cast).number
    li = Person("li.juan")
    piece = li.client.get(f"/desk/matters/{number}?do=note", HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in piece
    assert 'id="note-text"' in piece


def test_the_page_asks_no_more_questions_for_a_long_story(cast: Cast) -> None:
    matter = reported(cast)
    li = Person("li.juan")
    li.read(f"/desk/matters/{matter.number}")
    counts = []
    for _more in range(2):
        for nth in range(8):
            flow.note(matter, cast.dispatcher, f"第 {nth} 次巡查")
            flow.consult(matter, cast.dispatcher, "排水", "继续抽水", participants=[body("330402.water")])
        with CaptureQueriesContext(connection) as asked:
            li.read(f"/desk/matters/{matter.number}")
        counts.append(sum("kernel_edition" not in each["sql"] for each in asked.captured_queries))
    assert counts[0] == counts[1] <= 26


def test_what_people_type_is_shown_as_it_is_and_runs_nowhere(cast: Cast) -> None:
    evil = "<script>alert(1)</script>\u202egnp.exe\u202c<img src=x onerror=alert(1)>"
    matter = reported(cast, title=evil[:100], narrative=evil * 3, address=evil)
    li = Person("li.juan")
    li.use(matter.number, "note", text=evil)
    li.use(matter.number, "consult", topic=evil[:150], decision=evil, option1=evil[:200])
    for path in (f"/desk/matters/{matter.number}", f"/desk/matters/{matter.number}/print"):
        page = li.read(path)
        assert "<script>alert" not in page
        assert "<img src=x" not in page
    assert page.count('dir="auto"') >= 2


# ---- the one-key command ----------------------------------------------------------------------------------------


def test_a_command_names_as_many_helpers_as_it_needs_under_one_number(cast: Cast) -> None:
    matter = reported(cast)
    li = Person("li.juan")
    helpers = ["power", "fire", "enforcement", "housing", "centre", "water"]
    typed = {f"helper{n}": f"330402.{code}" for n, code in enumerate(helpers, 1)}
    typed |= {f"part{n}": f"第{n}项" for n in range(1, len(helpers) + 1)}
    li.use(matter.number, "dispatch", rows="6", **typed)
    orders = list(Order.objects.filter(matter=matter).exclude(state="withdrawn"))
    assert {each.body_id for each in orders if each.role == HELPER} >= {body(f"330402.{code}").pk for code in helpers}
    assert len({each.number for each in orders}) == 1


def test_a_row_is_added_without_a_script_and_nothing_typed_is_lost(cast: Cast) -> None:
    matter = reported(cast)
    li = Person("li.juan")
    form = li.forms(matter.number)["dispatch"]
    answer = li.send(matter.number, "dispatch", form, helper1="330402.power", part1="断电", do="row")
    page = answer.content.decode()
    assert answer.status_code == 200
    again = Forms(page).forms[f"/desk/matters/{matter.number}/use/dispatch"]
    assert (again["helper1"], again["part1"]) == ("330402.power", "断电")
    assert "helper3" in again
    assert "errorlist" not in page
    assert not Entry.objects.filter(matter=matter, verb="dispatch", role="dispatcher").exists()


def test_the_limits_of_each_body_are_shown_before_anything_is_sent(cast: Cast) -> None:
    matter = reported(cast)
    li = Person("li.juan")
    form = {**li.forms(matter.number)["dispatch"], "helper1": "330402.power", "part1": "断电", "do": "preview"}
    door = f"/desk/matters/{matter.number}/use/dispatch"
    piece = li.client.post(door, form, HTTP_HX_REQUEST="true").content.decode()
    assert "国网南湖供电所" in piece
    assert "断电" in piece
    assert "前" in piece
    assert "<html" not in piece
    assert "发出后各单位的时限" in li.client.post(door, form).content.decode(), "without a script as well"
    assert not Order.objects.filter(matter=matter, body=body("330402.power")).exists()


def test_a_body_is_found_by_name_letters_and_function_and_suggestions_have_reasons(cast: Cast) -> None:
    number = reported(cast).number
    li = Person("li.juan")

    def found(typed: str) -> list[dict[str, str]]:
        answer: list[dict[str, str]] = li.client.get(f"/desk/matters/{number}/bodies", {"q": typed}).json()["bodies"]
        return answer

    assert found("供电")[0]["code"] == "330402.power", "the one of the county comes first"
    assert "330402.power" in [each["code"] for each in found("gdn") + found("gwnh")]
    assert "330402.fire" in [each["code"] for each in found("fire")]
    assert "330402.housing" in [each["code"] for each in found("住建")], "as one calls it for short"
    first = found("")
    assert any("规则" in each["why"] for each in first)
    assert Person("qian.jin").client.get(f"/desk/matters/{number}/bodies").status_code == 404


def test_a_body_that_is_not_there_is_refused_at_its_field(cast: Cast) -> None:
    matter = reported(cast)
    li = Person("li.juan")
    wrong = li.send(matter.number, "dispatch", li.forms(matter.number)["dispatch"], helper1="no.such", part1="断电")
    assert wrong.status_code == 400
    assert "断电" in wrong.content.decode()


# ---- consultations ----------------------------------------------------------------------------------------------


def test_a_consultation_weighs_options_and_becomes_an_order_with_one_press(cast: Cast) -> None:
    matter = reported(cast)
    li = Person("li.juan")
    post = str(cast.water.post)
    li.use(
        matter.number, "consult", topic="谁来排水", with1="330402.water", with2="330402.housing", posts=[post],
        option1="水利局排水", pro1="有泵车", con1="路远", option2="物业自排", decision="由水利局排水",
        lead="330402.water", task="两小时内排空", due="2027-01-05",
    )  # fmt: skip
    page = li.read(f"/desk/matters/{matter.number}")
    block = page[page.index("h-consults") :]
    for said in ("谁来排水", "方案1：水利局排水", "赞成：有泵车", "反对：路远", "由水利局排水", "2027-01-05"):
        assert said in block
    door = f"/desk/matters/{matter.number}/use/dispatch"
    form = Forms(block).forms[door]
    assert [li.client.post(door, form).status_code for _ in range(2)] == [303, 303]
    lead = order_of(matter, LEAD)
    assert (lead.body_id, lead.designated, lead.task) == (body("330402.water").pk, True, "两小时内排空")
    assert "已按决定派单" in li.read(f"/desk/matters/{matter.number}")
    assert "hand_back" not in Person("sun.li").forms(matter.number), "R8: no return after designation"


# ---- three-way calls, exclusions --------------------------------------------------------------------------------


def test_a_three_way_call_is_on_record_and_the_first_accepts_where_they_do_not_agree(cast: Cast) -> None:
    matter = reported(cast)
    chen = Person("chen.min")
    form = chen.forms(matter.number)["step-onekey-three_way"]
    at = clock.now().astimezone(clock.TZ)
    times = {"began": f"{at:%Y-%m-%dT%H:%M}", "ended": f"{at:%Y-%m-%dT%H:%M}"}
    said = {**form, **times, "line": ["12345", "110", "caller"], "first": "12345", "text": "双方均认为非本方职责"}
    alone = chen.send(matter.number, "step-onekey-three_way", {**said, "line": ["12345"], "accepts": "110"})
    assert alone.status_code == 409
    assert "双方均认为非本方职责" in alone.content.decode()
    assert chen.send(matter.number, "step-onekey-three_way", {**said, "accepts": "undecided"}).status_code == 303
    facts = Entry.objects.get(matter=matter, verb="note").data["facts"]
    assert (facts["accepts"], facts["by"]) == ("12345", "R3")
    page = Person("li.juan").read(f"/desk/matters/{matter.number}")
    assert "三方通话记录" in page
    assert "首接平台受理（R3）" in page


def test_a_call_does_not_end_before_it_begins(cast: Cast) -> None:
    matter = reported(cast)
    facts = {"line": "12345,110", "first": "110", "accepts": "110", "ended": clock.now().isoformat()}
    facts["began"] = (clock.now() + timedelta(minutes=3)).isoformat()
    with pytest.raises(GuardRefused):
        flow.note(matter, cast.seat, "…", about="onekey.three_way", facts=facts)


def test_leaving_out_of_the_figures_is_asked_with_evidence_and_decided_by_a_third_party(cast: Cast) -> None:
    matter = reported(cast)
    sun, zheng = Person("sun.li"), Person("zheng.hua")
    zheng.act_as(cast.arbiter.post)
    asked, granted = "step-onekey-exclusion-asked", "step-onekey-exclusion-granted"
    assert granted not in zheng.forms(matter.number), "nobody has asked yet"
    sun.use(matter.number, asked, reason="not_ours", text="小区内部管网，见物业合同第七条")
    assert asked not in sun.forms(matter.number)
    assert granted not in sun.forms(matter.number)
    door = sun.client.post(f"/desk/matters/{matter.number}/use/{granted}", {"reason": "not_ours", "text": "自批"})
    assert door.status_code == 403
    zheng.use(matter.number, granted, reason="not_ours", text="经查属实")
    page = sun.read(f"/desk/matters/{matter.number}")
    assert "超出职权" in page
    assert "见物业合同第七条" in page


# ---- the hand-back ----------------------------------------------------------------------------------------------


def test_the_arbiter_sees_both_sides_the_list_and_what_was_before(cast: Cast) -> None:
    matter = reported(cast)
    sun, zheng = Person("sun.li"), Person("zheng.hua")
    grounds = sun.client.get(f"/desk/matters/{matter.number}/grounds", {"q": "停水"}).json()["grounds"]
    assert grounds
    sun.use(
        matter.number, "hand_back", reason="属小区内部管网", basis=grounds[0]["quote"], proposed="330402.housing",
        public="正在核对由哪个单位承办",
    )  # fmt: skip
    assert Entry.objects.get(matter=matter, verb="hand_back").words.texts["public"] == "正在核对由哪个单位承办"
    zheng.act_as(cast.arbiter.post)
    page = zheng.read(f"/desk/matters/{matter.number}")
    block = page[page.index("h-return-") : page.index("系统建议") if "系统建议" in page else None]
    for said in ("属小区内部管网", "申请退件的单位说", "派单一方的根据", "分流清单有关条目"):
        assert said in block
    zheng.use(matter.number, "decide_hand_back", accept="no", reason="管网属市政")
    helper = order_of(matter, HELPER)
    assert helper.designated
    assert helper.state != RETURNING
    assert "hand_back" not in sun.forms(matter.number)


# ---- how it ends, and what can be taken back --------------------------------------------------------------------


def test_a_matter_that_was_not_taken_says_why_and_where_to_go(cast: Cast) -> None:
    matter = reported(cast)
    Person("li.juan").use(matter.number, "refuse", reason="已进入诉讼", route="人民法院（诉讼）")
    assert Matter.objects.get(pk=matter.pk).state == REFUSED
    page = Person("li.juan").read(f"/desk/matters/{matter.number}")
    ending = page[page.index("notice ending") :][:400]
    assert "不予受理" in ending
    assert "已进入诉讼" in ending
    assert "人民法院（诉讼）" in ending


def test_a_matter_closed_without_being_solved_does_not_look_solved(cast: Cast) -> None:
    matter = reported(cast, nature="consult", person=None)
    for order in matter.orders.exclude(role=LEAD):
        flow.sign(order, cast.water)
        flow.finish(order, cast.water, "已答")
    lead = matter.orders.get(role=LEAD)
    flow.sign(lead, cast.dispatcher)
    flow.finish(lead, cast.dispatcher, "已答")
    flow.reply(matter, cast.dispatcher, "按规定不能办理")
    flow.call_back(matter, cast.callback, reached=True, solved=False)
    flow.close(matter, cast.callback, explained="超出现行政策，依据条例第九条")
    assert Matter.objects.get(pk=matter.pk).state == CLOSED
    page = Person("feng.xue").read(f"/desk/matters/{matter.number}")
    ending = page[page.index("notice ending") :][:400]
    assert "没有解决，已说明理由归档" in ending
    assert "依据条例第九条" in ending


def test_what_has_an_opposite_can_be_taken_back_and_both_stay_on_record(cast: Cast) -> None:
    matter = reported(cast)
    li = Person("li.juan")
    li.use(matter.number, "reclassify", kind="onekey.facility", reason="看错了")
    page = li.read(f"/desk/matters/{matter.number}")
    door = f"/desk/matters/{matter.number}/use/reclassify"
    at = page.index("notice undo")
    undo = Forms(page[page.rindex("<form", 0, at) :]).forms[door]
    assert "notice undo" not in li.read(f"/desk/matters/{matter.number}"), "offered once"
    assert li.client.post(door, undo).status_code == 303
    assert Matter.objects.get(pk=matter.pk).kind == matter.kind
    assert Entry.objects.filter(matter=matter, verb="reclassify").count() == 2


def test_an_open_page_is_told_what_others_have_done_since(cast: Cast) -> None:
    matter = reported(cast)
    zheng = Person("zheng.hua")
    zheng.act_as(cast.supervisor.post)
    seen = re.search(r'data-seen="(\d+)"', zheng.read(f"/desk/matters/{matter.number}"))
    assert seen is not None
    address = f"/desk/matters/{matter.number}/since?seen={seen[1]}"
    assert zheng.client.get(address).status_code == 204
    Person("li.juan").use(matter.number, "sign")
    piece = zheng.client.get(address).content.decode()
    assert "签收" in piece
    assert "七星街道" in piece
    assert Person("qian.jin").client.get(address).status_code == 404
    assert zheng.client.get(f"/desk/matters/{matter.number}/since?seen=x").status_code == 204


# ---- photos -----------------------------------------------------------------------------------------------------


def with_photo(cast: Cast) -> tuple[Matter, Person, str]:
    matter, li = reported(cast), Person("li.juan")
    li.use(matter.number, "note", text="现场照片", uploads=[picture()])
    return matter, li, Attachment.objects.get(matter=matter).file_id


def decide(li: Person, matter: Matter, sha256: str, **typed: str) -> Any:
    address = f"/desk/matters/{matter.number}/photos/{sha256}"
    form = Forms(li.read(address)).forms[""]
    return li.client.post(address, {**form, **typed})


def test_nothing_is_public_until_a_person_has_covered_it_and_the_original_stays(cast: Cast) -> None:
    matter, li, sha256 = with_photo(cast)
    assert access.public_photos(matter) == []
    before = files.content(sha256)
    assert decide(li, matter, sha256, decision="covered", x1="10", y1="20", w1="30", h1="15").status_code == 303
    (shown,) = access.public_photos(matter)
    assert shown.sha256 != sha256
    with Image.open(io.BytesIO(files.content(shown.sha256))) as covered:
        assert covered.getpixel((12, 22)) == (0, 0, 0)
        assert covered.getpixel((39, 34)) == (0, 0, 0)
        assert covered.getpixel((40, 35)) == (255, 255, 255)
        assert covered.getpixel((5, 5)) == (255, 255, 255)
    assert files.content(sha256) == before
    entry = Entry.objects.get(matter=matter, verb="note", data__facts__about="photo.public")
    assert entry.data["facts"]["shown"] == shown.sha256
    assert access.public_photo(matter, shown.sha256) == shown
    with pytest.raises(NotFound):
        access.public_photo(matter, sha256)
    assert li.client.get(f"/desk/files/{shown.sha256}").status_code == 200


def test_a_decision_can_be_changed_and_each_one_stays_on_record(cast: Cast) -> None:
    matter, li, sha256 = with_photo(cast)
    decide(li, matter, sha256, decision="as_is")
    assert [each.sha256 for each in access.public_photos(matter)] == [sha256]
    decide(li, matter, sha256, decision="withheld")
    assert access.public_photos(matter) == []
    assert PublicPhoto.objects.get().decision == "withheld"
    assert Entry.objects.filter(matter=matter, data__facts__about="photo.public").count() == 2


def test_pressing_twice_decides_once(cast: Cast) -> None:
    matter, li, sha256 = with_photo(cast)
    address = f"/desk/matters/{matter.number}/photos/{sha256}"
    form = {**Forms(li.read(address)).forms[""], "decision": "as_is"}
    assert [li.client.post(address, form).status_code for _ in range(2)] == [303, 303]
    assert Entry.objects.filter(matter=matter, data__facts__about="photo.public").count() == 1


@pytest.mark.parametrize(
    "typed",
    [
        {"decision": "covered"},
        {"decision": "covered", "x1": "5"},
        {"decision": "covered", "x1": "500", "y1": "500", "w1": "10", "h1": "10"},
        {"decision": "covered", "x1": "1", "y1": "1", "w1": "-4", "h1": "10"},
        {"decision": "public"},
    ],
    ids=["nothing covered", "half a box", "beside the picture", "a negative width", "an unknown decision"],
)
def test_a_cover_that_covers_nothing_publishes_nothing(cast: Cast, typed: dict[str, str]) -> None:
    matter, li, sha256 = with_photo(cast)
    assert decide(li, matter, sha256, **typed).status_code == 400
    assert access.public_photos(matter) == []


def test_who_only_reports_or_sees_nothing_decides_nothing(cast: Cast) -> None:
    matter, _li, sha256 = with_photo(cast)
    address = f"/desk/matters/{matter.number}/photos/{sha256}"
    wu, qian = Person("wu.fang"), Person("qian.jin")
    assert "cover-form" not in wu.read(address)
    assert wu.client.post(address, {"decision": "as_is"}).status_code == 403
    assert qian.client.post(address, {"decision": "as_is"}).status_code == 404
    other = reported(cast)
    li = Person("li.juan")
    assert li.client.get(f"/desk/matters/{other.number}/photos/{sha256}").status_code == 404


def test_a_hostile_file_name_is_only_a_name(cast: Cast) -> None:
    matter, li = reported(cast), Person("li.juan")
    li.use(matter.number, "note", text="照片", uploads=[picture('../../etc/passwd\n"<script>.png')])
    sha256 = Attachment.objects.get(matter=matter).file_id
    answer = li.client.get(f"/desk/files/{sha256}")
    assert answer["Content-Disposition"] == f'inline; filename="{sha256[:12]}.png"'


# ---- paper ------------------------------------------------------------------------------------------------------


def test_a_work_order_is_printed_without_the_person_unless_there_is_a_purpose(cast: Cast) -> None:
    matter = reported(cast)
    sun = Person("sun.li")
    page = sun.read(f"/desk/matters/{matter.number}/print")
    for said in (matter.number, "湘南公寓地下车库", "南湖区水利局", '<path d="M', "经办人签名"):
        assert said in page
    assert "王" not in page.replace("王江泾", "")
    assert "00000000001" not in page
    assert not Reading.objects.exists()
    assert "请选择查看用途" in sun.client.post(f"/desk/matters/{matter.number}/print", {}).content.decode()
    with_person = sun.client.post(f"/desk/matters/{matter.number}/print", {"purpose": "contact"}).content.decode()
    assert "王建国" in with_person
    assert Reading.objects.get().reason == "打印工单"
    assert Person("qian.jin").client.get(f"/desk/matters/{matter.number}/print").status_code == 404


def test_a_confidential_order_never_names_the_person_on_paper(cast: Cast) -> None:
    matter = reported(cast, kind="onekey.quarrel")
    li = Person("li.juan")
    assert "purpose" not in li.read(f"/desk/matters/{matter.number}/print")
    assert li.client.post(f"/desk/matters/{matter.number}/print", {"purpose": "contact"}).status_code == 403


# ---- a reply while it is typed ----------------------------------------------------------------------------------


def test_a_reply_is_looked_over_while_it_is_typed(cast: Cast) -> None:
    matter = reported(cast)
    li = Person("li.juan")
    door = f"/desk/matters/{matter.number}/look"
    piece = li.client.post(door, {"text": "我们将尽快处理", "public": "已联系王建国 13800138000"}).content.decode()
    assert "发出前请看一眼" in piece
    assert "<mark" in piece
    assert "〔电话〕" in piece
    assert li.client.post(door, {"text": "", "public": ""}).content.decode().strip() == ""
    assert li.client.post(door, {"text": "字" * 100_000, "public": "字" * 100_000}).status_code == 200
    assert Person("qian.jin").client.post(door, {"text": "看看"}).status_code == 404


def test_reasons_are_read_in_english() -> None:
    from django.utils import translation

    sentence = "都提到“车库”“进水”，同一网格，3 小时前。"
    assert reasons.in_words(sentence) == sentence
    with translation.override("en"):
        assert reasons.in_words(sentence) == "Both mention “车库”“进水”, the same grid, 3 hours earlier."
        assert reasons.in_words("没有人写过的一句话。").startswith("没有人写过的一句话")


# ---- taking down ------------------------------------------------------------------------------------------------


def test_what_is_told_is_read_while_it_is_typed(cast: Cast) -> None:
    known = reported(cast)
    from anxin.web.tests.test_understood import hear

    hear()
    chen = Person("chen.min")
    told = {"narrative": "七星街道湘南公寓地下车库进水，水已经没过车轮"}
    piece = chen.client.post("/desk/new/look", told).content.decode()
    for said in ("可能有危险", known.number, "供水排水积水", 'data-set="id_kind"'):
        assert said in piece
    assert Matter.objects.count() == 1
    assert chen.client.post("/desk/new/look", {"narrative": "水"}).content == b""
    assert Person().client.post("/desk/new/look", told).status_code == 401


def test_every_kind_declares_steps_a_desk_can_show(cast: Cast) -> None:
    for step in (each for kind in registry.kinds() for each in registry.steps(kind) if each.asks):
        assert step.key
        assert all(fact.choices or fact.sort == "moment" for fact in step.asks)
