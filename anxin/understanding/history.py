"""Learning from the installation's own history: what clerks have settled and corrected teaches the next model.

A new model is put in the place of the one in use only when it is better on the newest matters, which neither of the
two has seen. Nothing of the texts is kept: a model holds weights, a version holds figures.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from rich.console import Console

from anxin.kernel import access, clock, registry
from anxin.kernel.bodies import Actor
from anxin.kernel.errors import NotFound
from anxin.kernel.flow import ERASED
from anxin.kernel.matters import CLOSED, FINISHED, REPLIED
from anxin.understanding import learning, suggest
from anxin.understanding.learning import Example, Judged, TooFew
from anxin.understanding.model import Model
from anxin.understanding.models import ModelVersion
from anxin.understanding.near import DESK

LEAST = 200
"""Settled matters needed to learn from [INF]."""
LEAST_NEW = 40
"""Of them, newest ones that neither model has seen, needed to judge by [INF]."""
MOST, SPAN = 60_000, timedelta(days=1095)
"""Matters learned from at most (the newest), and how old they may be [INF]."""
SLICE = 0.2
"""Share of the newest matters that is held back [INF]."""
CORRECTED = 2.0
"""What a matter weighs whose kind a clerk has corrected: somebody has looked twice [INF]."""
WORSE = 0.01
"""How much worse calibrated (ECE) a model may be that finds more kinds right [INF]."""
Told = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of learning: how many matters taught and judged, how both models did, and whether one was replaced.

    `new` and `old` are figures on the same newest matters: macro_f1, accuracy, ece; empty when there were too few.
    """

    examples: int
    judged_on: int
    new: dict[str, float]
    old: dict[str, float]
    replaced: bool
    version: str
    said: str


_SETTLED = """
    SELECT m.id, m.title, m.narrative, m.kind, m.reported_at, m.of_id, r.matter_id IS NOT NULL
    FROM kernel_matter m
    LEFT JOIN (SELECT DISTINCT matter_id FROM kernel_entry WHERE verb = 'reclassify' AND at >= %(since)s) r
        ON r.matter_id = m.id
    WHERE m.reported_at >= %(since)s AND m.state NOT IN ('merged', 'refused') AND m.title <> %(erased)s
      AND (m.state = ANY(%(done)s) OR r.matter_id IS NOT NULL)
    ORDER BY m.reported_at DESC, m.id DESC LIMIT %(most)s"""


def examples(now: datetime | None = None) -> list[Example]:
    """The settled matters, the oldest first: done, or with a kind a clerk has corrected; none merged, refused, erased.

    Matters that came out of one another, or that were found to be the same, share a group.
    """
    since = (now or clock.now()) - SPAN
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED, {"since": since, "erased": ERASED, "done": [FINISHED, REPLIED, CLOSED], "most": MOST})
        rows = cursor.fetchall()
    kinds, group = registry.kinds(), _groups([(row[0], row[5]) for row in rows])
    return [
        Example(
            title if narrative else "",
            narrative or title,
            kind,
            group[pk],
            at.timestamp(),
            CORRECTED if corrected else 1.0,
        )
        for pk, title, narrative, kind, at, _, corrected in reversed(rows)
        if kind in kinds
    ]


def _groups(rows: Sequence[tuple[int, int | None]]) -> dict[int, str]:
    """The name of the group of each matter: joined are those linked by `of`, by a merge, or as probable twins."""
    root = {pk: pk for pk, _ in rows}

    def top(pk: int) -> int:
        while (above := root.setdefault(pk, pk)) != pk:
            root[pk] = root[above] = root.setdefault(above, above)
            pk = root[pk]
        return pk

    for pk, of in rows:
        if of is not None:
            root[top(pk)] = top(of)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT matter_id, (twin->>0)::bigint FROM understanding_advice, jsonb_array_elements(twins) twin"
            " WHERE (twin->>1)::float >= %s AND matter_id = ANY(%s)",
            [DESK, [pk for pk, _ in rows]],
        )
        for pk, other in cursor.fetchall():
            root[top(pk)] = top(other)
    return {pk: str(top(pk)) for pk, _ in rows}


def learn(told: Told | None = None) -> Outcome:
    """Train on the older settled matters, judge on the newest ones, and take a better model into use (trained on all).

    Both models are judged on matters newer than anything the one in use has learned from. Needs 200 settled matters
    and 40 new ones. `told` hears of the progress.
    """
    say = told or (lambda step: None)
    known = examples()
    in_use = suggest.in_use()
    if len(known) < LEAST:
        return _no(known, in_use, f"可供学习的已办事项只有 {len(known)} 件，至少需要 {LEAST} 件；继续使用现有模型。")
    older, newest = _divided(known)
    if len(newest) < LEAST_NEW:
        return _no(
            known,
            in_use,
            f"上次学习之后的新事项只有 {len(newest)} 件，至少需要 {LEAST_NEW} 件才能评判；继续使用现有模型。",
        )
    say(f"{len(older)} → {len(newest)}")
    try:
        new = learning.judge(learning.train(older, told=told), newest)
        old = learning.judge(in_use, newest)
        if not _better(new, old):
            return _judged(known, newest, new, old, None, in_use.version)
        say(f"{len(known)}")
        model = learning.train(known, told=told, card={"source": "own history"})
    except TooFew:
        return _no(known, in_use, "已办事项的类别太少，无法学习；继续使用现有模型。")
    keep(model, known, newest, new, old)
    return _judged(known, newest, new, old, model, in_use.version)


def _divided(known: Sequence[Example]) -> tuple[list[Example], list[Example]]:
    """The older examples, and the newest fifth without what the model in use has learned from or near-twins of it."""
    edge = int(len(known) * (1 - SLICE))
    older = list(known[:edge])
    row = ModelVersion.objects.filter(in_use=True).only("until").first()
    until = row.until.timestamp() if row is not None and row.until is not None else float("-inf")
    seen = {each.group for each in known[:edge]} | {each.group for each in known if each.at <= until}
    return older, [each for each in known[edge:] if each.at > until and each.group not in seen]


def _better(new: Judged, old: Judged) -> bool:
    return new.macro_f1 > old.macro_f1 and new.ece <= old.ece + WORSE


def _figures(found: Judged) -> dict[str, float]:
    return {"macro_f1": round(found.macro_f1, 4), "accuracy": round(found.accuracy, 4), "ece": round(found.ece, 4)}


def _no(known: Sequence[Example], in_use: Model, why: str) -> Outcome:
    return Outcome(examples=len(known), judged_on=0, new={}, old={}, replaced=False, version=in_use.version, said=why)


def _judged(
    known: Sequence[Example], newest: Sequence[Example], new: Judged, old: Judged, model: Model | None, before: str
) -> Outcome:
    done = f"已换用新模型 {model.version}" if model is not None else "新模型没有更好，继续使用现有模型"
    return Outcome(
        examples=len(known),
        judged_on=len(newest),
        new=_figures(new),
        old=_figures(old),
        replaced=model is not None,
        version=model.version if model is not None else before,
        said=(
            f"在最新的 {len(newest)} 件上：新模型 macro-F1 {new.macro_f1:.3f}、ECE {new.ece:.3f}，"
            f"现有模型 macro-F1 {old.macro_f1:.3f}、ECE {old.ece:.3f}。{done}。"
        ),
    )


def keep(model: Model, known: Sequence[Example], newest: Sequence[Example], new: Judged, old: Judged) -> ModelVersion:
    """Keep a model with its figures and take it into use, here at once and on every other host within seconds."""
    place = _write(model)
    weights = place.read_bytes()
    figures = {"judged_on": len(newest), "new": new.as_dict(), "old": _figures(old)}
    with transaction.atomic():
        ModelVersion.objects.filter(in_use=True).update(in_use=False)
        row, _ = ModelVersion.objects.update_or_create(
            version=model.version,
            defaults={
                "made_at": clock.now(),
                "trained_on": len(known),
                "until": datetime.fromtimestamp(max(each.at for each in known), tz=clock.TZ),
                "figures": figures,
                "sha256": hashlib.sha256(weights).hexdigest(),
                "weights": weights,
                "in_use": True,
            },
        )
        transaction.on_commit(lambda: _point(model.version))
    return row


def _models() -> Path:
    place = Path(settings.VAR) / "models"
    place.mkdir(parents=True, exist_ok=True)
    return place


def _write(model: Model) -> Path:
    beside = _models() / f"new.{os.getpid()}.npz"
    model.write(beside)  # which gives it its version
    place = _models() / f"{model.version}.npz"
    os.replace(beside, place)
    return place


def _point(version: str) -> None:
    """Name the version in use on this host; nothing (the starter) for an empty one."""
    pointer = _models() / "in_use"
    if not version:
        pointer.unlink(missing_ok=True)
        return
    beside = pointer.with_suffix(f".{os.getpid()}")
    beside.write_text(version, "utf-8")
    os.replace(beside, pointer)


def use(version: str, by: Actor) -> None:
    """Go back to a version that was learned here before, or ("starter") to the one that was shipped.

    Raises NotAllowed, NotFound.
    """
    access.operate(by)
    if version != "starter" and not ModelVersion.objects.filter(version=version).exists():
        raise NotFound
    with transaction.atomic():
        ModelVersion.objects.filter(in_use=True).update(in_use=False)
        ModelVersion.objects.filter(version=version).update(in_use=True)
        transaction.on_commit(follow)


def follow() -> bool:
    """Let this host use the version the tables name: fetched where it is missing, checked by its fingerprint.

    Returns whether anything changed; raises ValueError for weights that are not what they were.
    """
    row = ModelVersion.objects.filter(in_use=True).defer("weights", "figures").first()
    version = row.version if row is not None else ""
    pointer = _models() / "in_use"
    here = pointer.read_text("utf-8").strip() if pointer.exists() else ""
    place = _models() / f"{version}.npz"
    if version == here and (not version or place.exists()):
        return False
    if row is not None and not place.exists():
        weights = bytes(row.weights)
        if hashlib.sha256(weights).hexdigest() != row.sha256:
            raise ValueError(version)
        beside = place.with_suffix(f".{os.getpid()}.npz")
        beside.write_bytes(weights)
        os.replace(beside, place)
    _point(version)
    return True


def versions() -> list[dict[str, Any]]:
    """The models that were learned here, the newest first, without their weights."""
    rows = ModelVersion.objects.order_by("-made_at")
    return [
        dict(row) for row in rows.values("version", "made_at", "trained_on", "until", "figures", "sha256", "in_use")
    ]


def command() -> Outcome:
    """`anxin learn` without a file: learn from the city's own history and say what came of it."""
    console = Console(stderr=True)
    out = learn(lambda step: console.print(f"  {step}", style="dim"))
    Console().print(f"{out.examples} 件可供学习。{out.said}")
    return out
