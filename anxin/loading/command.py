"""`anxin load`: what the clerk sees: the mapping with samples, a progress bar, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

FAILED, PARTLY, WRONG = 1, 3, 2
"""Exit codes: nothing was loaded though it should have been; good rows were kept, others refused; not understood."""


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        """Rows a second."""
        return Text(f"{task.speed or 0:,.0f} 行/秒")


@contextmanager
def _bar(console: Console, title: str, total: int) -> Iterator[Progress]:
    bar = Progress(
        TextColumn(title), BarColumn(), MofNCompleteColumn(), _Rate(), TextColumn("剩余"), TimeRemainingColumn(),
        console=console, transient=True,
    )  # fmt: skip
    with bar:
        bar.add_task(title, total=total)
        yield bar


def load(
    file: Annotated[Path | None, typer.Argument(help="file to load: .xlsx, .csv, .jsonl  要载入的文件")] = None,
    map_: Annotated[list[str] | None, typer.Option("--map", help="field=column  字段=列名（列名留空：不载入）")] = None,
    constant: Annotated[list[str] | None, typer.Option(help="field=value for all rows  所有行的固定值")] = None,
    kinds: Annotated[Path | None, typer.Option(help='TOML: label = "kind code"  类别对照表')] = None,
    sheet: Annotated[str, typer.Option(help="worksheet  工作表")] = "",
    encoding: Annotated[str, typer.Option(help="encoding, when the guess is wrong  文件编码")] = "",
    coordinates: Annotated[str, typer.Option(help="wgs84, gcj02 or bd09  坐标系")] = "wgs84",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check everything, write nothing  只校验，不写入")] = False,
    on_error: Annotated[
        str, typer.Option(help="stop or skip (default: stop; skip with --dry-run or --keep-good)  遇错停止或跳过")
    ] = "",
    keep_good: Annotated[
        bool, typer.Option("--keep-good", help="keep good rows though others are wrong; can be resumed  保留正确的行")
    ] = False,
    tell: Annotated[
        bool, typer.Option("--tell", help="new matters, not history: bodies are told  作为新事项，通知承办单位")
    ] = False,
    leave_open: Annotated[bool, typer.Option("--leave-open", help="an answer does not close  有答复仍待回访")] = False,
    synthetic: Annotated[int, typer.Option(help="tell so many synthetic matters instead  生成合成数据")] = 0,
    seed: Annotated[int, typer.Option(help="seed of the synthetic matters  合成数据种子")] = 1,
    county: Annotated[str, typer.Option(help="code of their county  合成数据所在县区")] = "330421",
    until: Annotated[str, typer.Option(help="their last moment (default: last midnight)  合成数据截止时间")] = "",
    workers: Annotated[int, typer.Option(help="processes for synthetic matters  合成数据进程数")] = 2,
) -> None:
    """Load matters from a file, all or nothing; exit code: 0 all, 1 nothing, 2 not understood, 3 partly. 载入数据"""
    from anxin.kernel.errors import AnxinError
    from anxin.tables.wrong import WrongSheet

    console = Console(stderr=False, highlight=False)
    try:
        if synthetic:
            code = _synthetic(console, synthetic, seed, county, until, workers)
        elif file is None:
            console.print("请给出要载入的文件，或 --synthetic 数量。")
            code = WRONG
        elif on_error not in ("", "stop", "skip"):
            console.print("--on-error 须为 stop 或 skip。")
            code = WRONG
        else:
            skip = on_error == "skip" or (not on_error and (dry_run or keep_good))
            code = _file(
                console, file, list(map_ or ()), list(constant or ()), kinds, sheet, encoding, coordinates,
                dry_run=dry_run, skip=skip, keep_good=keep_good, told=tell, leave_open=leave_open,
            )  # fmt: skip
    except AnxinError as error:
        console.print(f"[bold red]未载入[/]：{escape(error.message)}")
        for name, sentence in error.fields.items():
            console.print(f"  {escape(name)}：{escape(sentence)}")
        if isinstance(error, WrongSheet):
            console.print("  用 --sheet 指定工作表 · name the sheet with --sheet")
        code = WRONG
    raise typer.Exit(code)


def _file(
    console: Console, path: Path, given: list[str], constants: list[str], kinds: Path | None, sheet: str,
    encoding: str, coordinates: str, *, dry_run: bool, skip: bool, keep_good: bool, told: bool, leave_open: bool,
) -> int:  # fmt: skip
    from anxin.loading import loading, mapping
    from anxin.tables import sources

    named = {column for _, _, column in (each.partition("=") for each in given) if column}
    source = sources.open_source(
        path, lambda row: mapping.recognised(row) + 3 * len(named.intersection(row)), sheet=sheet, encoding=encoding
    )
    for note in source.notes:
        console.print(f"· {escape(note)}")
    plan = mapping.guess(source, given, constants, kinds=kinds, coordinates=coordinates)
    console.print(plan_table(source, plan))
    if plan.unused:
        console.print(f"· 不载入的列：{escape('、'.join(plan.unused))}")
    wish = loading.Wish(dry_run=dry_run, skip=skip, keep_good=keep_good, told=told, leave_open=leave_open)
    began = perf_counter()
    with _bar(console, "校验" if dry_run else "载入", source.count()) as bar:
        out = loading.load(source, plan, wish, lambda done: bar.update(bar.task_ids[0], completed=done))
    show(console, out, perf_counter() - began)
    if out.refusals:
        console.print(f"被拒绝的行见 {escape(str(loading.write_refusals(out, source)))}")
        return FAILED if out.undone and not dry_run else PARTLY if not dry_run else FAILED
    return 0


def _synthetic(console: Console, count: int, seed: int, county: str, until: str, workers: int) -> int:
    from anxin.loading.synthetic import fill
    from anxin.tables.cells import moment_of

    began = perf_counter()
    with _bar(console, "合成数据", count) as bar:
        out = fill(
            count,
            seed=seed,
            county=county,
            until=moment_of(until),
            workers=workers,
            progress=lambda done: bar.update(bar.task_ids[0], completed=done),
        )
    show(console, out, perf_counter() - began)
    return 0


def plan_table(source: object, plan: object) -> Table:
    """The mapping with sample values, as a table; of persons only that there is something."""
    from anxin.loading.mapping import FIELDS, PERSONAL, Plan, clipped
    from anxin.tables.sources import Source

    assert isinstance(source, Source)
    assert isinstance(plan, Plan)
    table = Table(title=f"{escape(source.path.name)}：列的对应关系", title_justify="left")
    for head in ("字段", "含义", "列", "示例"):
        table.add_column(head, overflow="fold")
    samples = source.samples()
    for name, each in FIELDS.items():
        if name in plan.columns:
            column = plan.columns[name]
            shown = (
                "（个人信息，不显示）" if name in PERSONAL else " ｜ ".join(clipped(s) for s in samples.get(column, ()))
            )
            table.add_row(name, each.title, escape(column), escape(shown))
        elif name in plan.constants:
            table.add_row(name, each.title, "（固定值）", escape("***" if name in PERSONAL else plan.constants[name]))
    return table


def show(console: Console, out: object, seconds: float) -> None:
    """What a load did, as a table."""
    from anxin.kernel import registry
    from anxin.kernel.matters import STATES
    from anxin.loading.loading import Outcome
    from anxin.loading.mapping import HOW

    assert isinstance(out, Outcome)
    table = Table(title=f"载入 {out.load}", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    table.add_row("行数", f"{out.rows:,}")
    table.add_row("可以载入" if out.undone else "已载入", f"{out.loaded:,}")
    table.add_row("以前已载入", f"{out.repeated:,}")
    table.add_row("拒绝", f"{len(out.refusals):,}")
    for sentence, count in out.reasons.most_common(8):
        table.add_row("", escape(f"{count:,} 行：{sentence}"))
    kinds = registry.kinds()
    table.add_row("状态", "、".join(f"{STATES[state]} {n:,}" for state, n in out.states.most_common()))
    table.add_row("类别", "、".join(f"{kinds[code].title} {n:,}" for code, n in out.kinds.most_common(10)))
    if out.how:
        table.add_row("类别依据", "、".join(f"{HOW[how]} {n:,}" for how, n in out.how.most_common()))
    table.add_row("镇街", "、".join(f"{town or '没有地点'} {n:,}" for town, n in out.towns.most_common(10)))
    table.add_row("流水与时限", f"{out.entries:,} 条流水，{out.clocks:,} 个时限")
    table.add_row("用时", f"{seconds:,.1f} 秒（{out.rows / max(seconds, 0.001):,.0f} 行/秒）")
    console.print(table)
    for refusal in out.refusals[:10]:
        where = f"（{refusal.fields}）" if refusal.fields else ""
        console.print(f"  第 {refusal.line} 行：{escape(refusal.sentence)}{escape(where)}")
    if out.dry_run:
        console.print("[bold]这是试运行：没有写入任何数据。[/]")
    elif out.undone:
        console.print("[bold red]有行被拒绝，整个文件未载入。[/]改正后重新运行；或用 --keep-good 保留正确的行。")
    if waiting := out.states.get("reported", 0):
        console.print(f"· {waiting:,} 件没有地点或没有对应单位，等待人工派单。")
