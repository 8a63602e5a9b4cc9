"""The command line: anxin demo, serve, work, load, check, way ..."""

from __future__ import annotations

import functools
import inspect
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from anxin.loading.command import load
from anxin.scaffold.command import programme

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anxin.settings")
app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="安心 Anxin", rich_markup_mode=None
)


def ready() -> None:
    """Start Django (and, without DATABASE_URL, the private database)."""
    import django

    django.setup()


@app.command()
def migrate() -> None:
    """Bring the database to this release's tables. 更新数据库结构"""
    ready()
    from django.core.management import call_command

    call_command("migrate", verbosity=1, interactive=False)


@app.command()
def plant() -> None:
    """Put the demo city into an empty database: areas, grids, bodies, posts, cast. 建立演示城市"""
    ready()
    from anxin.city import seed

    typer.echo("演示城市已经存在 · it is there already" if seed.is_planted() else "建立演示城市 · planting ...")
    seed.plant()


@app.command()
def serve(
    port: Annotated[int, typer.Option(help="the port to listen on")] = 8000,
    address: Annotated[str, typer.Option(help="the address to listen on")] = "127.0.0.1",
    workers: Annotated[int, typer.Option(help="processes")] = 2,
    threads: Annotated[int, typer.Option(help="blocking threads a process")] = 2,
) -> None:
    """Serve the desk, the residents' pages and the API. 启动网页与接口服务"""
    ready()
    from anxin import serving

    serving.serve(address=address, port=port, workers=workers, threads=threads)


@app.command()
def work() -> None:
    """Work off what happens after a change: reactions, deliveries, clocks. 启动后台任务"""
    ready()
    from anxin import serving

    serving.work()


@app.command()
def acceptance(
    codes: Annotated[list[str] | None, typer.Argument(help="F9 F10 ... (none: all of them)")] = None,
) -> None:
    """Replay figures of the field guide in a scratch database; exit 0 only when every oracle holds. 验收场景"""
    from anxin import proving

    raise typer.Exit(proving.run(codes or []))


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="the port to listen on")] = 8000,
    seconds: Annotated[float | None, typer.Option(help="stop by itself after so many seconds of serving")] = None,
    pace: Annotated[float, typer.Option(help="seconds between two steps")] = 1.5,
    history: Annotated[int, typer.Option(help="matters of the last fortnight")] = 300,
) -> None:
    """A demo city on the embedded database, with messages coming in. 演示城市"""
    os.environ["ANXIN_DEMO"] = "1"
    typer.echo("启动数据库 · starting the database ...")
    ready()
    from anxin import demo as playing

    playing.run(port=port, seconds=seconds, pace=pace, history=history)


@app.command("load")
@functools.wraps(load)
def load_when_ready(*arguments: Any, **options: Any) -> None:
    """The options stand with the loader; the models may only be imported once Django is ready."""
    ready()
    load(*arguments, **options)


app.command()(programme)


@app.command()
def learn(
    source: Annotated[
        Path | None, typer.Option("--from", help="table to learn from (default: own history)  学习数据")
    ] = None,
    text: Annotated[str, typer.Option(help="columns of the words, headline first  文字列，标题在前")] = "",
    label: Annotated[str, typer.Option(help="column of the kind, or of its levels: a,b,c  类别列")] = "label",
    group: Annotated[str, typer.Option(help="column near-identical messages share  近似文本分组列")] = "",
    time: Annotated[str, typer.Option(help="column of the time: the newest fifth is held back as well  时间列")] = "",
    instead: Annotated[
        list[str] | None, typer.Option(help="detail=other: where a cell is empty  空单元格的替代列")
    ] = None,
    taxonomy: Annotated[Path | None, typer.Option(help="table of the names of all kinds  类别名称表")] = None,
    threshold: Annotated[float | None, typer.Option(help="below it the model abstains  低于此概率时不判断")] = None,
    out: Annotated[Path | None, typer.Option(help="file of the model  模型文件")] = None,
) -> None:
    """Train the model of kinds, show how good it is; from the city's own history or from a table. 训练类别模型"""
    from anxin.understanding import command

    if source is None:
        ready()
        from anxin.understanding import history

        history.command()
        return
    with refusing():
        made = command.learn(
            source, out or Path("model.npz"), text=text, label=label, group=group, time=time,
            instead=command.pairs(instead or ()), taxonomy=taxonomy, least=threshold,
        )  # fmt: skip
    typer.echo(made.version)


@app.command()
def understand(
    file: Annotated[Path, typer.Argument(help="messages: .csv, .jsonl  诉求文件")],
    model: Annotated[
        Path | None, typer.Option(help="model from anxin learn (default: the one shipped)  模型文件")
    ] = None,
    text: Annotated[str, typer.Option(help="columns of the words (default: as learnt)  文字列")] = "",
    threshold: Annotated[float | None, typer.Option(help="below it the model abstains  低于此概率时不判断")] = None,
) -> None:
    """Read messages of a file: kind, place, danger and why, one JSON line each. No database. 读懂一批诉求"""
    from anxin.city import gazetteer
    from anxin.understanding import command
    from anxin.understanding.model import STARTER
    from anxin.understanding.place import Gazetteer

    with refusing():
        used = command.opened(model or STARTER)
        command.write(command.understand(file, used, Gazetteer(gazetteer.spots()), text=text, least=threshold))


@app.command()
def hot(file: Annotated[Path, typer.Argument(help="messages with times: .csv, .jsonl  诉求文件")]) -> None:
    """Hot issues of a file: messages about the same trouble at the same place, as JSON. No database. 热点问题"""
    from anxin.understanding import command

    with refusing():
        command.write([command.hot_issues(file)])


@contextmanager
def refusing() -> Iterator[None]:
    """What cannot be done is said in one line, with exit code 2."""
    from anxin.kernel.errors import AnxinError, BadInput

    try:
        yield
        return
    except AnxinError as error:
        # The sentence in Chinese: translations need Django, which these commands do without.
        # That of BadInput itself speaks of a form: here it is only in the way.
        general = "" if type(error) is BadInput and error.detail else inspect.getdoc(type(error)) or ""
        said = f"{general} {error.detail}"
    except OSError as error:
        said = f"{Path(str(error.filename)).name if error.filename else ''} {error.strerror or error}"
    except ValueError as error:
        said = str(error)
    typer.echo(" ".join(said.split()), err=True)
    raise typer.Exit(2)


@app.command()
def way(
    kind: Annotated[str, typer.Argument(help="code of the kind, e.g. onekey.water")],
    place: Annotated[str, typer.Option(help="name or code of a town: shows the bodies in charge there")] = "",
    en: Annotated[bool, typer.Option("--en", help="in English")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """The whole way of a kind: steps, bodies, clocks, guards, reactions. 某类事项的全过程"""
    ready()
    from anxin.programmes.onekey import way as the_way

    the_way.command(kind, place, en, as_json)


@app.command()
def check(
    chain: Annotated[bool, typer.Option(help="verify the hash chain and the seals as well")] = True,
) -> None:
    """Fold the journal and compare it with the tables; exit code 1 when they differ. 核对流水与数据表"""
    ready()
    from anxin import serving

    sys.exit(serving.check(chain=chain))


@app.command()
def index() -> None:
    """Take in the words of every matter for the search anew, e.g. after a large load. 重建搜索索引"""
    ready()
    from anxin import serving

    serving.index()


def main() -> None:
    """The entry point."""
    app()


if __name__ == "__main__":
    main()
