"""Kinds of matters: the whole way of a kind with its limits and their sources, and the little that is decided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from anxin.kernel import access, areas, bodies, clock, house, registry
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Body
from anxin.kernel.clock import Rule, rule_on
from anxin.kernel.errors import NotFound, UnknownRule
from anxin.kernel.house import KindDecision, Routing
from anxin.kernel.matters import OPEN, URGENCIES, Matter
from anxin.kernel.orders import HELPER, LEAD
from anxin.kernel.registry import Kind, Part
from anxin.web import session, words
from anxin.web.administration import naming, places
from anxin.web.administration.proposal import (
    Consequence,
    Proposal,
    day,
    front,
    future,
    history,
    longer,
    note,
    pick,
    propose,
    text,
    tick,
    warn,
)
from anxin.web.timeleft import limit as limit_words


def find(code: str) -> Kind:
    """The declared kind. Raises NotFound."""
    found = registry.kinds().get(code)
    if found is None:
        raise NotFound
    return found


def own(code: str) -> KindDecision:
    """What is decided of a kind, an empty decision where nothing is."""
    return KindDecision.objects.filter(kind=code).first() or KindDecision(kind=code)


def open_of(code: str) -> int:
    """How many matters of a kind are open."""
    return Matter.objects.filter(kind=code, state__in=OPEN).count()


def rule_now(code: str, on: date) -> Rule | None:
    """The version of a limit in force on a day."""
    try:
        return rule_on(registry.rules().get(code, ()), code, on)
    except UnknownRule:
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """A limit that runs for a kind: for whom, how long, from which paper."""

    code: str
    title: str
    who: str
    limit: str
    rule: Rule
    provenance: str


def runs(kind: Kind, on: date) -> list[Runs]:
    """Every limit that may run for a kind on a day: those of its bodies, then those of the whole matter."""
    found: dict[tuple[str, str], None] = {}
    for role, part in parts(kind):
        sort = part.role.partition(":")[0]
        for code in kind.clocks(kind, Body(kind=sort), role):
            found[f"{words.say(words.ROLES, role)} · {naming.sort_of_body(sort)}", code] = None
    for urgency, said in URGENCIES.items():
        found[f"{gettext('整件事项')} · {gettext(said)}", kind.whole_for(urgency)] = None
    listing = []
    for who, code in found:
        rule = rule_now(code, on)
        if rule is not None:
            listing.append(
                Runs(
                    code=code,
                    title=words.rule(code) or code,
                    who=who,
                    limit=limit_words(rule.limit.amount, rule.limit.unit),
                    rule=rule,
                    provenance=words.provenance(rule.provenance),
                )
            )
    return listing


def parts(kind: Kind) -> list[tuple[str, Part]]:
    """The lead and the helpers as declared."""
    return [(LEAD, kind.lead), *((HELPER, each) for each in kind.helpers)]


def named(part: Part) -> str:
    """A declared part in words: the sort of body and its field."""
    sort, _colon, function = part.role.partition(":")
    if not function:
        return naming.sort_of_body(sort)
    field = f" ({function})" if words.english() else f"（{function}）"
    return f"{naming.sort_of_body(sort)}{field}"


def using(code: str) -> list[Kind]:
    """The kinds for which a limit may run."""
    found = []
    for kind in registry.kinds().values():
        codes = {kind.whole, *kind.whole_by_urgency.values()}
        for role, part in parts(kind):
            codes.update(kind.clocks(kind, Body(kind=part.role.partition(":")[0]), role))
        if code in codes:
            found.append(kind)
    return found


def listed() -> list[tuple[str, str]]:
    """Every kind that takes reports, for a list."""
    return [(code, words.kind(code)) for code in house.open_kinds()]


# ---- pages ------------------------------------------------------------------------------------------------------


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """`/desk/administration/kinds`: the kinds by programme."""
    access.administer(session.actor(request), "kinds")
    english, on = (get_language() or "").startswith("en"), areas.today()
    rows = []
    for programme in registry.programmes():
        kinds = [
            {
                "kind": kind,
                "title": words.kind(kind.code),
                "lead": named(kind.lead),
                "helpers": [named(each) for each in kind.helpers],
                "closed": house.closed(kind.code, on),
                "routes": len(house.decided().routings.get(kind.code, ())),
            }
            for kind in programme.kinds
        ]
        if kinds:
            rows.append((programme.title_en if english else programme.title, kinds))
    return render(request, "administration/kinds.html", {"rows": rows, "section": "kinds"})


@require_safe
def one(request: HttpRequest, code: str) -> HttpResponse:
    """`/desk/administration/kinds/<code>`: the whole way of a kind, what was decided of it, its history."""
    access.administer(session.actor(request), "kinds")
    kind, on = find(code), areas.today()
    programme = registry.owners()[code]
    english = (get_language() or "").startswith("en")
    context = {
        "kind": kind,
        "title": words.kind(code),
        "own": own(code),
        "instead": words.kind(own(code).instead) if own(code).instead else "",
        "programme": programme.title_en if english else programme.title,
        "parts": [(words.say(words.ROLES, role), named(part), part.task) for role, part in parts(kind)],
        "runs": runs(kind, on),
        "guards": [
            (words.verb(verb.removesuffix(":after")), guard.title_en if english else guard.title, guard.source)
            for verb, guards in programme.before.items()
            for guard in guards
        ],
        "routings": [
            (row, places.path(row.area), row.lead, helpers_of(row))
            for row in Routing.objects.filter(kind=code).select_related("area", "lead").order_by("-valid_from")
        ],
        "today": on,
        "open": open_of(code),
        "closed": house.closed(code, on),
        "history": history("kind", code),
        "section": "kinds",
    }
    return render(request, "administration/kind.html", context)


def helpers_of(row: Routing) -> list[str] | None:
    """Who helps by a route, in words; None: as declared."""
    if row.helpers is None:
        return None
    known = Body.objects.in_bulk([pk for pk, _task in row.helpers])
    return [f"{known[pk].name}{'：' + task if task else ''}" for pk, task in row.helpers if pk in known]


def act(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """`/desk/administration/kinds/<code>/<name>`: decide something of a kind."""
    if name not in ACTS:
        raise NotFound
    return propose(request, ACTS[name], find(code), back=front("kind", code))


def end_routing(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """`/desk/administration/kinds/<code>/routes/<pk>/end`: a route ends on a day."""
    row = Routing.objects.select_related("area", "lead").filter(pk=pk, kind=code).first()
    if row is None:
        raise NotFound
    return propose(request, EndRoute, row, back=front("kind", code))


# ---- changes ----------------------------------------------------------------------------------------------------


class OfAKind(Proposal):
    """A decision on one kind."""

    what, about = "kinds", "kind"
    subject: Kind

    def called(self) -> str:
        """Its title."""
        return words.kind(self.subject.code)

    def keep(self, **values: Any) -> None:
        """Into the row of the kind."""
        KindDecision.objects.update_or_create(kind=self.code(), defaults=values)
        house.changed()


class Call(OfAKind):
    """What it is called here."""

    title = _("改显示名称")
    name = text(_("中文名称"), required=False, most=40, hint=_("留空用原来的名称"))
    name_en = text(_("英文名称"), required=False, most=60, hint=_("留空用原来的名称"))

    def prepare(self) -> None:
        """As it is."""
        self.begin(name=own(self.subject.code).title, name_en=own(self.subject.code).title_en)

    def before(self) -> Mapping[str, Any]:
        """As it is."""
        return {"title": own(self.code()).title, "title_en": own(self.code()).title_en}

    def after(self) -> Mapping[str, Any]:
        """As it will be."""
        return {"title": self.said["name"].strip(), "title_en": self.said["name_en"].strip()}

    def consequences(self) -> list[Consequence]:
        """Only the name."""
        name = self.said["name"].strip()
        found = [
            note(
                gettext("只改显示：代码 %(code)s、派单规则、时限和统计都不变；已有事项也显示新名称。")
                % {"code": self.code()}
            )
        ]
        if name and any(name == house.title(each) for each in registry.kinds().values() if each is not self.subject):
            found.append(warn(gettext("已有同名的类别。")))
        return found

    def apply(self) -> None:
        """Into the row."""
        self.keep(**self.after())


class Shut(OfAKind):
    """It takes no new reports from a day on; they go to another kind."""

    title, danger = _("停用类别"), True
    day = day(_("自哪天起不再受理"))
    instead = pick(_("新诉求改用"), hint=_("不会退回任何诉求：这天起按这一类受理"))

    def prepare(self) -> None:
        """The kinds that take reports."""
        others = [(code, said) for code, said in listed() if code != self.subject.code]
        self.choose("instead", [("", gettext("请选择")), *others])
        self.begin(day=areas.today())

    def examine(self) -> None:
        """A day to come; no circle."""
        future(self, "day")
        seen, step = {self.subject.code}, self.said["instead"]
        while step:
            if step in seen:
                self.wrong("instead", gettext("改用的类别又指回这一类"))
                break
            seen.add(step)
            step = own(step).instead

    def before(self) -> Mapping[str, Any]:
        """Whether it is closed."""
        now = own(self.code())
        return {"closed_from": now.closed_from and now.closed_from.isoformat(), "instead": now.instead}

    def after(self) -> Mapping[str, Any]:
        """From when."""
        return {"closed_from": self.said["day"].isoformat(), "instead": self.said["instead"]}

    def consequences(self) -> list[Consequence]:
        """Open matters stay; who is asked instead."""
        other = find(self.said["instead"])
        since = clock.now() - timedelta(days=30)
        count = Matter.objects.filter(kind=self.code(), reported_at__gte=since).count()
        facts = {"day": self.said["day"], "kind": words.kind(other.code), "lead": named(other.lead)}
        listing = [
            f"{each.title}：{each.limit}"
            for each in runs(other, self.said["day"])
            if each.who.startswith(gettext("整件事项"))
        ]
        return [
            note(gettext("%(n)d 件未办结事项仍按原类别办完，时限不变。") % {"n": open_of(self.code())}),
            note(gettext("最近 30 天有 %(n)d 件属于这一类。") % {"n": count}),
            warn(
                gettext("%(day)s 起，居民、座席和对接平台报来的这一类按“%(kind)s”受理，主办：%(lead)s；整件时限：")
                % facts,
                lines=listing,
            ),
            note(gettext("改派类别时仍可选到已停用的类别之外的全部类别；统计按受理时的类别，不回改。")),
        ]

    def apply(self) -> None:
        """Into the row."""
        self.keep(closed_from=self.said["day"], instead=self.said["instead"])


class Reopen(OfAKind):
    """It takes reports again."""

    title = _("恢复受理")

    def examine(self) -> None:
        """Only what is closed or will be."""
        if own(self.subject.code).closed_from is None:
            self.wrong(None, gettext("这一类没有停用"))

    def before(self) -> Mapping[str, Any]:
        """Closed."""
        now = own(self.code())
        return {"closed_from": now.closed_from and now.closed_from.isoformat(), "instead": now.instead}

    def after(self) -> Mapping[str, Any]:
        """Open."""
        return {"closed_from": None, "instead": ""}

    def consequences(self) -> list[Consequence]:
        """At once."""
        return [note(gettext("立即恢复：新的诉求又可以选这一类；停用期间改用别类受理的事项不变。"))]

    def apply(self) -> None:
        """Into the row."""
        self.keep(closed_from=None, instead="")


class Route(OfAKind):
    """Who leads and helps in an area, in place of the declared rule."""

    title = _("设定派单去向")
    area = text(_("区域（代码或名称）"), required=False, most=60, hint=_("留空为全市；县、镇街、村社或网格"))
    lead = text(_("主办单位代码"), required=False, most=80, hint=_("留空用规则里的主办"))
    declared = tick(_("协办单位用规则里的"))
    helpers = longer(
        _("协办单位"), required=False, rows=4, hint=_("一行一个：单位代码，空格，任务；都不填表示不要协办")
    )
    day = day(_("自哪天起"))

    def prepare(self) -> None:
        """From today, helpers as declared."""
        self.begin(day=areas.today(), declared=True)

    def examine(self) -> None:
        """Bodies that stand; no other route of the same area on that day."""
        future(self, "day")
        said = self.said
        self.place: Area | None = places.by_name(said["area"]) if said["area"].strip() else None
        if said["area"].strip() and (self.place is None or self.place.level in ("province", "city", "microgrid")):
            self.wrong("area", gettext("没有这个区域，或同名的不止一个，请填代码；全市请留空"))
        directory = bodies.directory()
        self.head: Body | None = directory.by_code.get(said["lead"].strip()) if said["lead"].strip() else None
        if said["lead"].strip() and self.head is None:
            self.wrong("lead", gettext("没有这个单位，或已停用"))
        self.helping: list[tuple[Body, str]] | None = None
        if not said["declared"]:
            self.helping = []
            for place, row in enumerate(said["helpers"].splitlines(), 1):
                if not row.strip():
                    continue
                code, _space, task = row.strip().partition(" ")
                body = directory.by_code.get(code)
                if body is None:
                    told = gettext("第 %(n)d 行：没有单位 %(code)s") % {"n": place, "code": code[:40]}
                    self.wrong("helpers", told)
                else:
                    self.helping.append((body, task.strip()[:200]))
        if self.head is None and self.helping is None and not self.errors:
            self.wrong("lead", gettext("主办和协办都与规则相同，没有要改的"))
        pk = self.place.pk if self.place else None
        later = Routing.objects.filter(kind=self.subject.code, area=pk, valid_from__gt=said.get("day") or areas.today())
        if found := later.exclude(valid_to__lte=said.get("day") or areas.today()).first():
            self.wrong("day", gettext("已定于 %(day)s 起另有去向，请先结束它") % {"day": found.valid_from})

    def _now(self) -> Routing | None:
        pk, on = self.place.pk if self.place else None, self.said["day"]
        rows = Routing.objects.filter(kind=self.code(), area=pk, valid_from__lte=on).exclude(valid_to__lte=on)
        return rows.select_related("area", "lead").first()

    def before(self) -> Mapping[str, Any]:
        """The route that stood, else the rule."""
        now = self._now()
        if now is None:
            return {"routing": gettext("按规则")}
        return {"routing": route_words(now.area, now.lead, helpers_of(now))}

    def after(self) -> Mapping[str, Any]:
        """The route."""
        helping = None if self.helping is None else [f"{b.name}{'：' + t if t else ''}" for b, t in self.helping]
        return {"routing": route_words(self.place, self.head, helping)}

    def consequences(self) -> list[Consequence]:
        """Who was asked until now; narrower routes; open orders stay."""
        kind, on = self.subject, self.said["day"]
        where = self.place or next((a for a in areas.tree().areas.values() if a.level == "county"), None)
        place = areas.tree().place(where.pk, on) if where else areas.Place(None, None, None, None)
        directory = bodies.directory()
        old = [directory.by_id[pk].name for pk, _t in house.asked(kind, place, directory, on) if pk in directory.by_id]
        found = [
            note(
                gettext("到现在为止派给（%(area)s）：") % {"area": places.path(where)}, lines=old or [gettext("无人")]
            ),
            note(gettext("%(n)d 件未办结事项的工单不变；这天起受理的才按新的去向。") % {"n": open_of(self.code())}),
        ]
        if self.head is not None and self.place is not None and self.head.area_id != self.place.pk:
            tree = areas.tree()
            if self.head.area_id not in tree.chain(self.place.pk, on):
                found.append(warn(gettext("%(body)s 不是这个区域或其上级的单位。") % {"body": self.head.name}))
        if self.head is not None:
            codes = self.subject.clocks(self.subject, self.head, LEAD)
            lines = [
                f"{words.rule(code) or code}：{limit_words(rule.limit.amount, rule.limit.unit)}"
                for code in codes
                if (rule := rule_now(code, on)) is not None
            ]
            found.append(note(gettext("%(body)s 主办时的时限：") % {"body": self.head.name}, lines=lines))
        pk = self.place.pk if self.place else None
        rest = Routing.objects.filter(kind=self.code(), valid_from__lte=on, area__isnull=False).select_related("area")
        inner = [
            places.path(row.area)
            for row in rest.exclude(valid_to__lte=on)
            if row.area_id is not None
            and row.area_id != pk
            and (pk is None or pk in areas.tree().chain(row.area_id, on))
        ]
        if inner:
            found.append(note(gettext("这些更小的区域另有去向，不受影响："), lines=inner[:12]))
        return found

    def apply(self) -> None:
        """The route that stood ends, the new one begins."""
        now = self._now()
        if now is not None:
            Routing.objects.filter(pk=now.pk).update(valid_to=self.said["day"])
        Routing.objects.create(
            kind=self.code(),
            area=self.place,
            lead=self.head,
            helpers=None if self.helping is None else [[body.pk, task] for body, task in self.helping],
            valid_from=self.said["day"],
        )
        house.changed()


def route_words(area: Area | None, lead: Body | None, helpers: Sequence[str] | None) -> str:
    """A route in one sentence."""
    declared = gettext("按规则")
    helping = declared if helpers is None else words.listed(list(helpers)) or gettext("无")
    return gettext("%(area)s：主办 %(lead)s；协办 %(helpers)s") % {
        "area": places.path(area),
        "lead": f"{lead.code} {lead.name}" if lead else declared,
        "helpers": helping,
    }


class EndRoute(Proposal):
    """A route of the house ends; what is declared counts again."""

    what, about, title = "kinds", "kind", _("结束派单去向")
    subject: Routing
    day = day(_("自哪天起"))

    def prepare(self) -> None:
        """From today."""
        self.begin(day=max(areas.today(), self.subject.valid_from))

    def examine(self) -> None:
        """A day to come, not before it began."""
        future(self, "day")
        if self.subject.valid_to is not None and self.subject.valid_to <= areas.today():
            self.wrong(None, gettext("已经结束"))
        if self.said.get("day") and self.said["day"] < self.subject.valid_from:
            self.wrong("day", gettext("不能早于起始日 %(day)s") % {"day": self.subject.valid_from})

    def called(self) -> str:
        """The kind and the area."""
        return f"{words.kind(self.subject.kind)} · {places.path(self.subject.area)}"

    def code(self) -> str:
        """The kind."""
        return self.subject.kind

    def before(self) -> Mapping[str, Any]:
        """The route."""
        return {"routing": route_words(self.subject.area, self.subject.lead, helpers_of(self.subject))}

    def after(self) -> Mapping[str, Any]:
        """The rule."""
        return {"routing": gettext("按规则")}

    def consequences(self) -> list[Consequence]:
        """Orders stay."""
        return [note(gettext("这天起受理的又按规则派单；已有的工单不变。"))]

    def apply(self) -> None:
        """It ends on the day."""
        Routing.objects.filter(pk=self.subject.pk).update(valid_to=self.said["day"])
        house.changed()


ACTS: Mapping[str, type[Proposal]] = {"call": Call, "shut": Shut, "reopen": Reopen, "route": Route}
