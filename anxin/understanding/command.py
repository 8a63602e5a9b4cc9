"""`anxin learn`, `understand` and `hot`: understanding from files, without a database."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from anxin.kernel.clock import TZ
from anxin.kernel.errors import BadInput
from anxin.understanding import danger, hot, learning, tables
from anxin.understanding.learning import Example, Judged, TooFew
from anxin.understanding.model import LEVEL, Answer, Model, NoModel
from anxin.understanding.place import Found, Gazetteer
from anxin.understanding.text import TOGETHER

TELLS = Console(stderr=True, markup=False, emoji=False, highlight=False)
SLICE = 0.2
"""Share of the newest messages that are held back where they have times [INF]."""


def pairs(given: Iterable[str]) -> dict[str, str]:
    """ "detail=segmented" as a mapping. Raises BadInput."""
    found = dict(part.partition("=")[::2] for part in given)
    if not all(found.values()):
        raise BadInput("请写成 列名=替代列名")
    return found


def examples(
    path: Path, text: str, label: str, group: str, time: str, instead: dict[str, str]
) -> tuple[list[Example], list[str], list[int]]:
    """The settled messages of a file, the columns of their words, and the lines that have no kind.

    `label` may name several columns, first level first. Raises BadInput, tables.BadTable.
    """
    found: list[Example] = []
    unsettled: list[int] = []
    named: list[str] = []
    levels = [name.strip() for name in label.split(",") if name.strip()]
    if not levels:
        raise BadInput("请用 --label 写明类别列")
    for line, row in tables.rows(path):
        if not named:
            named = tables.columns(text, list(row))
            others = [name for name in (group, time, *instead, *instead.values()) if name]
            tables.columns(",".join([*levels, *others]), list(row))
        kind = LEVEL.join(part for part in (row.get(name, "").strip() for name in levels) if part)
        if not kind:
            unsettled.append(line)
            continue
        headline, said = tables.words(row, named, instead)
        found.append(
            Example(headline, said, kind, row.get(group, "").strip() if group else "", _epoch(row, time, line))
        )
    if not found:
        raise BadInput(f"{path.name} 中没有可供学习的行：没有一行有类别")
    if not any(each.headline or each.text for each in found):
        raise BadInput(f"{path.name} 中没有文字：{'、'.join(named)} 全是空的")
    return found, named, unsettled


def _epoch(row: dict[str, str], time: str, line: int) -> float:
    if not time or not row.get(time, "").strip():
        return 0.0
    try:
        return tables.moment(row[time]).timestamp()
    except (ValueError, OverflowError):
        raise BadInput(f"第 {line} 行：时间无法识别：{row[time]}") from None


def _share(least: float | None) -> None:
    """Raises BadInput for a threshold that is no share (nan is none)."""
    if least is not None and not 0 <= least <= 1:
        raise BadInput(f"--threshold 应在 0 与 1 之间，写的是 {least}")


def learn(
    path: Path,
    out: Path,
    *,
    text: str,
    label: str,
    group: str = "",
    time: str = "",
    instead: dict[str, str] | None = None,
    taxonomy: Path | None = None,
    least: float | None = None,
) -> Model:
    """Train on a file, write the model to `out`, print how good it is (grouped cross-validation, newest slice).

    What can be known to be wrong is said before anything is trained. Raises BadInput, tables.NoFile.
    """
    _share(least)
    if out.is_dir():
        raise BadInput(f"{out.name} 是目录，请用 --out 写明模型文件")
    names = _names(taxonomy) if taxonomy else ()
    known, named, unsettled = examples(path, text, label, group, time, instead or {})
    if unsettled:
        TELLS.print(f"{len(unsettled)} 行没有类别，不参与学习 · without a kind: lines {unsettled[:10]}")
    TELLS.print(f"读入 {len(known)} 条 · read; 分组交叉验证 · grouped cross-validation ...")
    if time and any(each.at for each in known):
        _newest(known, names)
    card = {"text": named, "instead": instead or {}, "label": label, "source": path.name, "groups": bool(group)}
    try:
        model = learning.train(known, taxonomy=names, told=lambda step: TELLS.print(f"  {step}"), card=card)
    except TooFew:
        kinds = len({each.label for each in known})
        least_groups = 2 * learning.FOLDS
        raise BadInput(
            f"太少，无法学习：{len(known)} 条，{kinds} 类；"
            f"至少要有 2 类、{least_groups} 组互不相同的留言 · too few to learn from"
        ) from None
    if least is not None:
        model.least = least
    # Written before it is shown: who reads only the first lines of the tables still has the model.
    model.write(out)
    TELLS.print(f"模型已写入 {out.name}，版本 {model.version} · written")
    show(Judged(**model.card["judged"]), model.least)
    return model


def _names(path: Path) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(LEVEL.join(part for part in map(str.strip, row.values()) if part) for _, row in tables.rows(path))
    )


def _newest(known: list[Example], names: tuple[str, ...]) -> None:
    """Train on the older messages and judge on the newest ones, as it will be in use."""
    ordered = sorted(known, key=lambda each: each.at)
    edge = int(len(ordered) * (1 - SLICE))
    older, newest = ordered[:edge], ordered[edge:]
    seen = {each.group for each in older if each.group}
    newest = [each for each in newest if each.group not in seen]
    if len({each.label for each in older}) < 2 or not newest:
        return
    try:
        found = learning.judge(learning.train(older, taxonomy=names), newest)
    except TooFew:
        return
    since = datetime.fromtimestamp(newest[0].at, tz=TZ)
    TELLS.print(
        f"最新一段（{since:%Y-%m-%d} 起，{len(newest)} 条）· newest slice: "
        f"macro-F1 {found.macro_f1:.4f}, accuracy {found.accuracy:.4f}, ECE {found.ece:.4f}"
    )


def show(found: Judged, least: float) -> None:
    """Print how good a model is: by kind, who is taken for whom, calibration, and the curve to choose a threshold."""
    # The names of kinds are shown as they are, brackets and colons too.
    console = Console(markup=False, emoji=False)
    console.print(
        f"{found.messages} messages · macro-F1 {found.macro_f1:.4f} · accuracy {found.accuracy:.4f} "
        f"· ECE {found.ece:.4f}",
        style="bold",
    )
    table = Table(title="类别与最常见的混淆 · kinds, and what they are most often taken for")
    for name in ("kind", "messages", "F1", "taken for"):
        table.add_column(name, justify="right" if name in ("messages", "F1") else "left")
    for number, name in enumerate(found.labels):
        row = found.confusion[number]
        others = sorted(((n, k) for k, n in enumerate(row) if n and k != number), reverse=True)[:3]
        said = "、".join(f"{found.labels[k]} {n}" for n, k in others)
        if sum(row):
            table.add_row(name, str(sum(row)), f"{found.by_label.get(name, 0):.3f}", said)
    console.print(table)
    table = Table(title=f"留给人判断的比例 · what abstaining buys (threshold in use {least})")
    for name in ("threshold", "left to a person", "accuracy of the rest"):
        table.add_column(name, justify="right")
    for threshold, share, accuracy in found.curve[:41:5]:
        table.add_row(f"{threshold:.3f}", f"{share:.0%}", f"{accuracy:.4f}")
    console.print(table)
    table = Table(title="校准 · calibration")
    for name in ("said", "was right", "messages"):
        table.add_column(name, justify="right")
    for mean, right, many in found.bins:
        table.add_row(f"{mean:.2f}", f"{right:.2f}", str(many))
    console.print(table)


def opened(path: Path) -> Model:
    """The model in a file. Raises BadInput, tables.NoFile."""
    if not path.is_file():
        raise tables.NoFile(path.name)
    try:
        return Model.read(path)
    except NoModel as error:
        raise BadInput(
            f"不是本版本的模型文件，请用 anxin learn 重新生成 · not a model of this release: {error}"
        ) from None


def understand(
    path: Path, model: Model, gazetteer: Gazetteer, *, text: str = "", least: float | None = None
) -> Iterator[str]:
    """One JSON line a row, in the order of the file: kind, probability, abstained, reasons, place, danger.

    Raises BadInput, tables.NoFile, tables.BadTable naming the line.
    """
    _share(least)
    named: list[str] = []
    instead: dict[str, str] = model.card.get("instead", {})
    waiting: list[tuple[int, str, str]] = []
    for line, row in tables.rows(path):
        if not named:
            usual = model.card.get("text", [])
            named = tables.columns(text or (",".join(usual) if set(usual) <= set(row) else ""), list(row))
        waiting.append((line, *tables.words(row, named, instead)))
        if len(waiting) == TOGETHER:
            yield from _understood(waiting, model, gazetteer, least)
            waiting = []
    yield from _understood(waiting, model, gazetteer, least)


def _understood(
    some: list[tuple[int, str, str]], model: Model, gazetteer: Gazetteer, least: float | None
) -> Iterator[str]:
    kinds = model.answers([(headline, said) for _, headline, said in some], least=least)
    for (line, headline, said), kind in zip(some, kinds, strict=True):
        whole = f"{headline}\n{said}" if headline else said
        burns = danger.read(whole)
        told = {
            "line": line,
            **of_kind(kind),
            "place": of_place(gazetteer, gazetteer.find(whole)),
            "danger": [{"what": each.what, "words": list(each.words), "reason": each.sentence} for each in burns],
        }
        yield json.dumps(told, ensure_ascii=False)


def of_kind(said: Answer) -> dict[str, Any]:
    """What the model says, for a file."""
    return {
        "kind": said.label,
        "probability": round(said.probability, 4),
        "abstained": said.abstained,
        "best": said.best,
        "reasons": list(said.words),
        "alternatives": [{"kind": label, "probability": share} for label, share in said.alternatives],
    }


def of_place(gazetteer: Gazetteer, found: Found) -> dict[str, Any] | None:
    """Where it is, for a file: None when the text names no place."""
    if found.area is None and not found.candidates and found.spot is None:
        return None
    return {
        "area": found.area,
        "name": _name(gazetteer, found.area) if found.area else "",
        "spot": found.spot,
        "spot_name": _name(gazetteer, found.spot) if found.spot else "",
        "candidates": [{"code": code, "name": _name(gazetteer, code)} for code in found.candidates],
        "words": list(found.words),
        "guessed": [{"written": written, "understood": meant} for written, meant in found.guessed],
        "reason": found.reason,
    }


def _name(gazetteer: Gazetteer, code: str) -> str:
    return gazetteer.full_name(gazetteer.at[code]) if code in gazetteer.at else code


def hot_issues(path: Path) -> str:
    """The hot issues of a file as JSON."""
    return json.dumps(hot.as_json(hot.issues(hot.read(path))), ensure_ascii=False, indent=1)


def write(lines: Iterable[str]) -> None:
    """Print lines, in UTF-8 wherever they go that is no screen; a reader who goes away early is no error."""
    if isinstance(sys.stdout, TextIOWrapper) and not sys.stdout.isatty():
        # Half a character (a lone surrogate) is written as the escape that JSON has for it.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        for line in lines:
            sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stderr.close()
