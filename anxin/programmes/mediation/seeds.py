"""A believable set of disputes for the demo city, and the hands that play one; harmless when repeated."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from anxin.kernel import areas, bodies, clock
from anxin.kernel.bodies import Actor
from anxin.kernel.people import Particulars
from anxin.programmes.mediation import rules
from anxin.programmes.mediation.actions import ending, taking
from anxin.programmes.mediation.models import Dispute

VILLAGE = "330483101025"
"""濮凤社区, the community of the markets."""
KEEPER = f"{VILLAGE}.mediation.mediator-1"
"""The post from which the demo looks at what is planted here."""
FAMILY, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", ["建国", "秀英", "志强", "丽华", "卫东", "桂芳", "小明", "玉兰"]
STORIES: tuple[tuple[str, str, int | None, tuple[str, ...], str], ...] = (
    ("羊毛衫货款拖欠", "arrears", 8_600_000, (), "file"),
    ("毛衫色差退货争议", "quality", 1_250_000, (), "agree"),
    ("摊位转让定金纠纷", "deposit", 2_000_000, (), "confirm"),
    ("加工厂与客户争吵并推搡", "processing", 6_000_000, ("threat", "injury"), "police"),
    ("工资拖欠多人聚集", "labour", 52_000_000, ("crowd", "threat"), "meet"),
    ("楼上漏水赔偿", "neighbour", 300_000, (), "meet"),
    ("物流丢失一车毛衫", "logistics", 5_400_000, ("dependants",), "meet"),
    ("款式抄袭争议", "design", None, (), "fail"),
    ("租户与房东押金纠纷", "house", 450_000, (), "take"),
    ("兄弟分家争执", "family", None, ("dependants", "threat"), "take"),
)


def particulars(n: int) -> Particulars:
    """An invented person; the number of the identity paper is none by construction (no such place, no check digit)."""
    name = FAMILY[n % len(FAMILY)] + GIVEN[n // len(FAMILY) % len(GIVEN)]
    number = f"000000{1950 + n % 50}0101{n % 1000:03d}?"
    return Particulars(name=name, phone=f"1380000{n % 10000:04d}", id_number=number, address="桐乡市濮院镇")


def take(by: Actor, n: int, *, area: str = VILLAGE, title: str = "货款纠纷", **more: Any) -> int:
    """A dispute taken in: registered, both sides, accepted, told, willing, with copies of the papers of identity."""
    said = {"source": "application", "form": "written", "sort": "arrears", **more}
    pk = taking.register(by, area=area, title=title, applicant=particulars(n)).pk
    taking.party(pk, by, "b", particulars(n + 1), county=area[:6])
    taking.accept(pk, by, **said)
    sides = rules.parties_of(Dispute(pk=pk))
    taking.tell(pk, by, sides)
    for side in sides:
        taking.answer(pk, by, side, True)
        taking.enclose(pk, by, "identity", party=side)
    return pk


def meet(pk: int, by: Actor, *mediators: str) -> None:
    """Mediators named, a meeting held."""
    for post in mediators:
        taking.appoint(pk, by, post, declared=True)
    taking.meet(pk, by, "双方到场，核对账目，各自陈述，经劝导意见接近。", place="濮凤社区调解室")


def agree(pk: int, by: Actor, *, fen: int = 1_000_000, days: int = 7, form: str = "written", **more: Any) -> None:
    """An agreement with every element."""
    said = {
        "happened": "乙方向甲方订货，货已交付。", "issues": "尾款数额和支付时间。", "duty": "乙方认可欠款。",
        "content": "乙方分期支付欠款，甲方不再主张利息。", "manner": "银行转账",
        "terms": [("乙方向甲方支付欠款", fen, areas.today() + timedelta(days=days))],
        "signed": rules.parties_of(Dispute(pk=pk)), "mediator_signed": True, "sealed": True, **more,
    }  # fmt: skip
    ending.agree(pk, by, form, **said)


def perform(pk: int, by: Actor) -> None:
    """All terms performed today, the revisits made."""
    d = Dispute.objects.get(pk=pk)
    found = rules.current(d)
    for term in found.terms.filter(done_on=None) if found else ():
        ending.perform(pk, by, term.pk, areas.today(), "已转账，附回单")
    for _more in range(d.revisits_due - d.revisits_done):
        ending.revisit(pk, by, rules.parties_of(d)[0], "satisfied", "done", "已收到款项，未再争执")


def plant() -> None:
    """Put disputes of 濮凤社区, in every stage, into the demo city."""
    if VILLAGE not in areas.tree().by_code or Dispute.objects.filter(village__code=VILLAGE).exists():
        return
    by, desk = bodies.at_post(f"{VILLAGE}.mediation.mediator-1"), f"{VILLAGE}.mediation.mediator-2"
    for n, (title, sort, fen, factors, end) in enumerate(STORIES):
        with clock.at(clock.now() - timedelta(days=3 * (len(STORIES) - n), hours=n)) as at:
            pk = take(by, 2 * n, title=title, sort=sort, amount=fen)
            at.advance(timedelta(minutes=10))
            taking.assess(pk, by, factors)
            if end == "police":
                taking.police(pk, by)
                taking.receipt(pk, by, "桐公（濮院）回执〔2026〕17号")
            if end != "take":
                at.advance(timedelta(hours=5))
                meet(pk, by, f"{VILLAGE}.mediation.mediator-1", desk)
            if end == "fail":
                ending.fail(pk, by, "双方对款式权属分歧过大", ["court", "agency"])
            if end in ("agree", "confirm", "file"):
                agree(pk, by, fen=fen or 100)
            if end == "confirm":
                ending.confirm(pk, by, "桐乡市人民法院", "written", rules.parties_of(Dispute(pk=pk)),
                               ["agreement", "proof", "identity"])  # fmt: skip
            if end == "file":
                at.advance(timedelta(days=6))
                perform(pk, by)
                ending.file(pk, by)
