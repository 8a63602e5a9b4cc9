"""The command line: anxin demo, serve, work, load, check, way ..."""

from __future__ import annotations

import functools
import os
import sys
from typing import Annotated, Any

import typer

from anxin.loading.command import load

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


def main() -> None:
    """The entry point."""
    app()


if __name__ == "__main__":
    main()
