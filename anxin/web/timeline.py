"""What happened to a matter, entry by entry, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from anxin.kernel import clock
from anxin.kernel.bodies import Post
from anxin.kernel.journal import Entry
from anxin.kernel.matters import COLOURS, LEVELS, POLICE, SATISFACTION, STATES, Matter
from anxin.kernel.orders import Clock, Order
from anxin.web import words

_CORRECTED = {"title": "标题", "narrative": "内容", "address": "地址", "nature": "性质", "urgency": "紧急程度"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One entry as it is read: what, by whom, when, on which body's order, the facts and the words that go with it."""

    seq: int
    verb: str
    title: str
    who: str
    at: datetime
    order: str = ""
    state: str = ""
    facts: list[str] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    erased: bool = False
    raw: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    order_id: int | None = None
    posts: list[str] = field(default_factory=list)

    @property
    def about(self) -> str:
        """The step beside the verbs it writes down, if any."""
        return str(self.raw.get("about", ""))


def of(matter: Matter, orders: Sequence[Order], clocks: Sequence[Clock]) -> list[Told]:
    """The whole timeline of a matter, newest first: two questions, however long it is."""
    entries = list(Entry.objects.filter(matter=matter).select_related("words").order_by("-seq"))
    named = {pk for entry in entries for pk in entry.data.get("facts", {}).get("posts", ())}
    posts = Post.objects.in_bulk({entry.post for entry in entries if entry.post is not None} | named)
    own = {order.pk: order for order in orders}
    running = {each.pk: each for each in clocks}
    return [_told(entry, posts, own, running, matter.kind) for entry in entries]


def _told(
    entry: Entry, posts: Mapping[int, Post], orders: Mapping[int, Order], clocks: Mapping[int, Clock], kind: str
) -> Told:
    facts = entry.data.get("facts", {})
    kept = getattr(entry, "words", None)
    hidden = kept is not None and kept.erased_at is not None
    order = orders.get(entry.order_id or 0)
    return Told(
        seq=entry.seq,
        verb=entry.verb,
        title=words.verb(entry.verb),
        who=_who(entry, posts),
        at=entry.at,
        order=words.body(order.body_id) if order else "",
        state=_moved(entry),
        facts=list(_facts(entry, facts, clocks, kind)),
        said=_said(kept.texts if kept and not hidden else {}),
        files=[*map(str, facts.get("proof", ())), *(v for k, v in facts.items() if k.startswith("file."))],
        erased=hidden,
        raw=facts,
        words=kept.texts if kept and not hidden else {},
        order_id=entry.order_id,
        posts=[f"{words.body(posts[pk].body_id)} {posts[pk].title}" for pk in facts.get("posts", ()) if pk in posts],
    )


def _said(texts: Mapping[str, str]) -> list[tuple[str, str]]:
    """What was said, in the order in which one speaks (the database keeps none)."""
    order = {label: place for place, label in enumerate(words.SAID)}
    named = sorted(texts.items(), key=lambda each: order.get(each[0], len(order)))
    return [(words.say(words.SAID, label), text) for label, text in named]


def _who(entry: Entry, posts: Mapping[int, Post]) -> str:
    """The post and its body: duties are the post's, so no name stands here."""
    post = posts.get(entry.post or 0)
    if post is not None:
        return f"{words.body(post.body_id)} {post.title}".strip()
    said = words.say(words.ACTORS, entry.role)
    return f"{said} · {words.channel(entry.channel)}" if entry.role == "channel" else said


def _moved(entry: Entry) -> str:
    move = entry.data.get("moves", {}).get("m")
    return gettext(STATES[move[1]]) if move and move[1] in STATES else ""


def _facts(entry: Entry, facts: Mapping[str, Any], clocks: Mapping[int, Clock], matter_kind: str) -> Iterable[str]:
    changed = entry.data.get("set", {})
    now = changed.get("m", {})
    if facts.get("about"):
        yield words.step(str(facts["about"]), matter_kind)
        yield from words.facts(str(facts["about"]), matter_kind, facts)
    if "rule" in facts and entry.verb == "dispatch":
        yield gettext("按规则“%(kind)s”自动派出") % {"kind": words.kind(str(facts["rule"]))}
    yield from _sent(changed)
    if "reached" in facts:
        yield gettext("已联系上") if facts["reached"] else gettext("未接通")
    if "metres" in facts:
        yield gettext("距现场 %(count)s 米") % {"count": facts["metres"]}
    if "accepted" in facts:
        yield gettext("同意退件") if facts["accepted"] else gettext("不同意退件，不得再退")
    if "granted" in facts:
        yield gettext("同意延期") if facts["granted"] else gettext("不同意延期")
    if "participants" in facts:
        present = [words.body(pk) for pk in facts["participants"]]
        if present:
            yield gettext("参加单位：%(bodies)s") % {"bodies": words.listed(present)}
    if entry.verb == "consult" and facts.get("lead"):
        yield gettext("决定由%(body)s承办") % {"body": words.body(facts["lead"])}
    if entry.verb == "consult" and facts.get("due"):
        yield gettext("完成日期：%(day)s") % {"day": facts["due"]}
    if entry.verb == "call_back" and facts.get("reached"):
        yield gettext("已解决") if now.get("solved") else gettext("未解决")
        if now.get("satisfied") in SATISFACTION:
            yield gettext(SATISFACTION[now["satisfied"]])
    if "months" in facts:
        yield gettext("%(count)d 个月跟踪") % {"count": facts["months"]}
    if "recurred" in facts:
        yield gettext("问题再次出现") if facts["recurred"] else gettext("问题没有再次出现")
    if facts.get("corrected"):
        names = [gettext(_CORRECTED[name]) for name in facts["corrected"] if name in _CORRECTED]
        yield gettext("更正了：%(names)s") % {"names": words.listed(names or [gettext("地点")])}
    for pk, code, percent in facts.get("rung", ()):
        title = words.rule(str(code)) or str(code)
        order = clocks[pk].order if pk in clocks else None
        body = words.body(order.body_id) if order else ""
        yield gettext("%(body)s“%(limit)s”时限已用 %(percent)d%%") % {"body": body, "limit": title, "percent": percent}
    if facts.get("resumed"):
        yield gettext("暂停期满，恢复计时")
    yield from _of_the_matter(now)


def _of_the_matter(now: Mapping[str, Any]) -> Iterable[str]:
    if now.get("colour") is not None and "kind" not in now:
        yield gettext(COLOURS.get(now["colour"], now["colour"]))
    if now.get("level") in LEVELS and "number" not in now and "channel" not in now:
        yield gettext("提级到%(level)s") % {"level": gettext(LEVELS[now["level"]])}
    if now.get("police") and POLICE.get(now["police"]):
        yield gettext(POLICE[now["police"]])
    if "kind" in now:
        yield gettext("类别：%(kind)s") % {"kind": words.kind(now["kind"])}
    if now.get("due_at") and "channel" not in now:
        due = datetime.fromisoformat(now["due_at"]) if isinstance(now["due_at"], str) else now["due_at"]
        yield gettext("整件时限至 %(day)s") % {"day": f"{clock.last_day(due):%Y-%m-%d}"}


def _sent(changed: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    """Orders that came into being or were withdrawn with the entry."""
    for key, values in changed.items():
        if key.startswith("o") and "body_id" in values:
            role = words.say(words.ROLES, str(values.get("role", "")))
            yield f"{role} {words.body(values['body_id'])}"


LINE = (
    '<li class="{}"><p class="what"><b>{}</b>{}{}</p><p class="meta"><time datetime="{}">{}</time> <span>{}</span></p>'
    "{}{}{}{}</li>"
)


def listed(told: Sequence[Told]) -> SafeString:
    """The timeline as lines of a list. Written here and not in a template, where long ones took half of the time."""
    erased = format_html('<p class="erased">{}</p>', gettext("（文字已依法删除）"))
    return format_html_join("", LINE, (_line(each, erased) for each in told))


def _line(e: Told, erased: SafeString) -> tuple[str | SafeString, ...]:
    at = e.at.astimezone(clock.TZ)
    facts = format_html_join("", "<li>{}</li>", ((each,) for each in e.facts))
    here = reverse("desk:queue")
    links = ((f"{here}files/{sha256}", place) for place, sha256 in enumerate(e.files, 1))
    return (
        e.verb,
        e.title,
        format_html(' <span class="chip plain">{}</span>', e.state) if e.state else "",
        format_html(' <span class="on">{}</span>', e.order) if e.order else "",
        at.isoformat(),
        f"{at:%Y-%m-%d %H:%M:%S}",
        e.who,
        format_html('<ul class="plain">{}</ul>', facts) if facts else "",
        erased if e.erased else "",
        format_html_join(
            "", '<p class="said"><span>{}</span> <bdi>{}</bdi></p>', ((label, linebreaksbr(s)) for label, s in e.said)
        ),
        format_html(
            '<p class="said"><span>{}</span> {}</p>', gettext("附件"),
            format_html_join(" ", '<a href="{}">{}</a>', links),
        ) if e.files else "",
    )  # fmt: skip


def since(told: Sequence[Told], seq: int) -> list[Told]:
    """What happened after an entry, oldest first."""
    return [each for each in reversed(told) if each.seq > seq]
