"""Warnings given, grown and ended by the rules in force; taken note of by a post; the rules and platforms decided."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from anxin.kernel import areas, changes, clock
from anxin.kernel.areas import Area
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import BadInput, NotFound, NothingSaid, TextTooLong
from anxin.kernel.rows import writable
from anxin.notifications import actions as notify
from anxin.notifications.rules import HOLDERS
from anxin.programmes.situation.actions.roster import fingerprint
from anxin.programmes.situation.figures import arrivals, lives, room
from anxin.programmes.situation.models import Alarm, PlatformPlan, WarningRule
from anxin.programmes.situation.rules import declared, entry, language, platforms
from anxin.programmes.situation.rules.declared import Written
from anxin.programmes.situation.rules.language import Rule
from anxin.programmes.situation.rules.reckoning import QUIET, Hit, Life, Reckoned
from anxin.understanding import redaction

WORDS_LENGTH, SHOWN_MATTERS = 500, 50
TRIED = timedelta(days=30)
"""How far back a rule is tried before it is decided. Guide 3.1 leaves it open [INF]."""
SAME = ("code", "spot")


@transaction.atomic
def watch(moment: datetime, towns: Iterable[int] | None = None) -> int:
    """Ask all rules in force for all towns, give what is new and end what is over; returns how many warnings stand."""
    chosen = list(towns) if towns is not None else [area.pk for area in _towns()]
    rules = {town: _rules(town) for town in chosen}
    back = lives.window([rule for each in rules.values() for _, rule in each])
    found = lives.now(moment, back, town=chosen[0] if len(chosen) == 1 else None)
    standing: dict[int, dict[tuple[str, str], Alarm]] = {}
    recent = Alarm.objects.select_for_update().filter(town__in=chosen, ended_at__gte=moment - QUIET)
    for row in [
        *recent.order_by("ended_at"),
        *Alarm.objects.select_for_update().filter(town__in=chosen, ended_at=None),
    ]:
        standing.setdefault(row.town_id, {})[row.code, row.spot] = row
    count = 0
    for town in chosen:
        count += _tell(town, rules[town], found.get(town, []), standing.get(town, {}), moment)
    return count


def _towns() -> list[Area]:
    day = areas.today()
    return [a for a in areas.tree().areas.values() if a.level == "town" and a.valid_to is None and a.valid_from <= day]


def _rules(town: int) -> list[tuple[Written, Rule]]:
    pairs = [(each, declared.understood(each.text)) for each in declared.in_force(town)]
    return [(each, rule) for each, rule in pairs if rule is not None]


def _tell(
    town: int,
    rules: Sequence[tuple[Written, Rule]],
    here: Sequence[Life],
    standing: dict[tuple[str, str], Alarm],
    moment: datetime,
) -> int:
    holds: set[tuple[str, str]] = set()
    if here:
        history, known = lives.history(town, moment), arrivals.known_since(areas.tree().areas[town])
        for written, rule in rules:
            for hit in Reckoned(rule, here, history, known).hits(moment):
                holds.add((written.code, hit.spot))
                _give(town, written, rule, hit, standing.get((written.code, hit.spot)), moment)
    for key, row in standing.items():
        if key not in holds and row.ended_at is None:
            row.ended_at = moment
            row.save(update_fields=["ended_at"])
    return len(holds)


def why(rule: Rule, hit: Hit) -> list[dict[str, Any]]:
    """The numbers of a warning, one row for each condition: number, what it was compared with, mean and deviation."""
    return [
        {
            "quantity": condition.quantity,
            "span": [condition.span.amount, condition.span.unit] if condition.span else None,
            "count": hit.counts[place],
            "strict": condition.strict,
            "limit": round(hit.limits[place], 2),
            "mean": round(usual.mean, 2) if (usual := hit.usual[place]) else None,
            "deviation": round(usual.deviation, 2) if usual else None,
            "sd": usual.sd if usual else None,
        }
        for place, condition in enumerate(rule.conditions)
    ]


def _give(town: int, written: Written, rule: Rule, hit: Hit, row: Alarm | None, moment: datetime) -> None:
    """Give a warning, or let a standing one grow; one that was taken note of comes back only when it has grown."""
    now = {
        "version": written.stamp, "words": rule.words, "to": list(rule.to), "count": hit.count,
        "why": why(rule, hit), "matters": list(hit.matters[:SHOWN_MATTERS]),
    }  # fmt: skip
    if row is None:
        row = Alarm.objects.create(
            town_id=town, code=written.code, spot=hit.spot, raised_at=moment, grown_at=moment,
            told=[[moment.isoformat(), hit.count]], **now,
        )  # fmt: skip
        return _call(row)
    changed = {name: value for name, value in now.items() if getattr(row, name) != value}
    most = max(count for _, count in row.told) if row.told else 0
    if hit.count > most:
        changed |= {"told": [*row.told, [moment.isoformat(), hit.count]][-50:], "grown_at": moment}
    if row.noted_at is not None and hit.count > (row.noted_count or 0):
        changed |= {"noted_at": None, "grown_at": moment}
    if row.ended_at is not None:
        changed["ended_at"] = None
    if changed:
        Alarm.objects.filter(pk=row.pk).update(**changed)
    if "noted_at" in changed:
        row.words, row.to, row.count = rule.words, list(rule.to), hit.count
        _call(row)


def _call(row: Alarm) -> None:
    """Tell those the rule names: whoever is on duty as such now, at once; where the roster has nobody, the room."""
    town, now = areas.tree().areas[row.town_id], clock.now()
    duty = room.on_duty(town, now, now + timedelta(seconds=1))
    posts = [each.post_id for each in duty if each.duty in row.to]
    detail, link = f"{town.name} {row.words} {row.count}", f"/situation/{town.code}#warnings"
    if not notify.tell_posts(posts, "room", detail, link, pressing=True):
        here = HOLDERS.get().by_area.get(town.pk, ())
        notify.tell_posts([h.post for h in here if h.role in entry.ROOM["view"]], "room", detail, link)


@transaction.atomic
def note(alarm: int, words: str, by: Actor) -> Alarm:
    """A post takes note of a warning, saying what is done about it. Raises NothingSaid, NotFound, NotAllowed.

    It is not shown as new again unless its number grows beyond what it is now. What is personal in the words is
    covered before they are kept; the book of changes keeps their fingerprint.
    """
    row = Alarm.objects.select_for_update(of=("self",)).select_related("town").filter(pk=alarm).first()
    if row is None:
        raise NotFound
    entry.enter_room(by, "note", row.town_id)
    said = words.strip()
    if not said or not writable(said):
        raise NothingSaid(fields={"words": _("请写明如何处理")})
    if len(said) > WORDS_LENGTH:
        raise TextTooLong(fields={"words": _("不超过 {most} 字").format(most=WORDS_LENGTH)})
    if changes.repeated(by, "alarm"):
        return row
    before = {"noted_count": row.noted_count, "words": fingerprint(row.noted_words) if row.noted_words else ""}
    row.noted_at, row.noted_post, row.noted_count = clock.now(), by.post, row.count
    row.noted_words = redaction.redact(said)
    row.save(update_fields=["noted_at", "noted_post", "noted_count", "noted_words"])
    after = {"noted_count": row.count, "words": fingerprint(row.noted_words), "noted_at": row.noted_at.isoformat()}
    changes.record(by, "alarm", str(row.pk), before, after)
    return row


# ---- rules -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rule would have said in the last thirty days: when, and on which numbers."""

    rule: Rule
    warned: Sequence[tuple[datetime, Hit]]
    since: datetime


def try_out(town: Area, text: str, moment: datetime | None = None) -> Tried:
    """What a rule would have said in a town. Raises RuleNotUnderstood."""
    rule = language.read(text, declared.known())
    until = moment or clock.now()
    since = until - TRIED
    here = lives.past(town.pk, since, until, lives.window([rule]))
    laid = Reckoned(rule, here, lives.history(town.pk, until), arrivals.known_since(town))
    return Tried(rule, laid.past(since, until), since)


@transaction.atomic
def decide(
    town: Area | None, code: str, text: str, effective: date, source: str, by: Actor, *, seen: int | None = None
) -> WarningRule:
    """Set a new version of a rule from a day on; an empty text switches it off. Raises RuleNotUnderstood, BadInput.

    Only who looks over the whole city decides for all towns. `seen`: how often the rule had been changed when its
    writer saw it (raises changes.Stale when somebody was faster).
    """
    if town is None and by.area_level != "city":
        entry.enter_room(by, "rules", None)
        raise BadInput(fields={"town": _("只有市级岗位可以为全市设定规则")})
    entry.enter_room(by, "rules", town.pk if town else None)
    name = code.strip().lower()
    if not name.isascii() or not name.replace("_", "").isalnum() or len(name) > 40:
        raise BadInput(fields={"code": _("代码只用小写字母、数字和下划线")})
    if effective < areas.today():
        raise BadInput(fields={"effective": _("生效日不能早于今天")})
    if not source.strip():
        raise BadInput(fields={"source": _("请写明出处")})
    if text.strip():
        language.read(text, declared.known())
    subject = f"{town.code if town else 'city'}:{name}"
    if changes.repeated(by, "warning_rule"):
        return WarningRule.objects.filter(town=town, code=name).latest("pk")
    if seen is not None:
        changes.check_fresh("warning_rule", subject, seen)
    last = WarningRule.objects.filter(town=town, code=name).order_by("-version").first()
    made = WarningRule.objects.create(
        town=town, code=name, version=(last.version if last else 0) + 1, text=text.strip(), effective=effective,
        source=source.strip()[:200], provenance="OWN", decided_at=clock.now(),
    )  # fmt: skip
    before = {"text": last.text, "version": last.version} if last else {}
    changes.record(by, "warning_rule", subject, before, {"text": made.text, "version": made.version},
                   reason=made.source, effective=effective)  # fmt: skip
    declared.RULES.changed()
    return made


@transaction.atomic
def take_back(rule: int, by: Actor) -> None:
    """Take back a version that is not in force yet. Raises NotFound, NotAllowed, BadInput when it already is."""
    row = WarningRule.objects.select_for_update(of=("self",)).select_related("town").filter(pk=rule).first()
    if row is None:
        raise NotFound
    entry.enter_room(by, "rules", row.town_id)
    if row.effective <= areas.today():
        raise BadInput(_("已生效的版本不能撤回，请另写新版本"))
    if row.withdrawn_at is None:
        WarningRule.objects.filter(pk=rule).update(withdrawn_at=clock.now())
        subject = f"{row.town.code if row.town else 'city'}:{row.code}"
        changes.record(by, "warning_rule", subject, {"withdrawn": None}, {"withdrawn": row.version})
        declared.RULES.changed()


@transaction.atomic
def arrange(found: Sequence[platforms.Platform], effective: date, source: str, by: Actor) -> PlatformPlan:
    """Set what the platforms are called and which kinds lie on them, from a day on. Raises BadInput, NotAllowed."""
    if by.role != "admin":
        entry.enter_room(by, "platforms", None)
        if by.area_level not in ("city", "county"):
            raise BadInput(_("只有市、县级岗位可以设定平台"))
    if effective < areas.today():
        raise BadInput(fields={"effective": _("生效日不能早于今天")})
    if not source.strip():
        raise BadInput(fields={"source": _("请写明出处")})
    if any(not each.title.strip() for each in found):
        raise BadInput(fields={"title": _("平台须有名称")})
    made = PlatformPlan.objects.create(
        effective=effective, source=source.strip()[:200], provenance="OWN", decided_at=clock.now(),
        platforms=[
            {"code": e.code, "title": e.title.strip()[:20], "title_en": (e.title_en.strip() or e.title)[:40],
             "kinds": list(e.kinds)}
            for e in found
        ],
    )  # fmt: skip
    changes.record(by, "platforms", "city", {}, {"platforms": made.platforms}, reason=made.source, effective=effective)
    platforms.PLANS.changed()
    return made
