"""`anxin programme NAME`: the first files of a new programme."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from anxin.scaffold.writing import SHAPES, CannotWrite, write


def programme(
    code: Annotated[str, typer.Argument(help="its Python name and address, e.g. playgrounds  名称")],
    title: Annotated[str, typer.Option(help="what it is called in Chinese  中文标题")],
    shape: Annotated[str, typer.Option(help="case, book or reader  类型：办件、台账、看板")],
    title_en: Annotated[str, typer.Option(help="what it is called in English  英文标题")] = "",
) -> None:
    """Write the first files of a new programme, with a story that passes. 新建一个业务模块"""
    programmes = Path(__file__).parent.parent / "programmes"
    try:
        written = write(code, title, title_en, shape, programmes)
    except CannotWrite as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    for path in written:
        typer.echo(f"  {path.relative_to(programmes.parent.parent)}")
    typer.echo(f"\n{SHAPES[shape]}\nsettings.PROGRAMMES += anxin.programmes.{code}")
    typer.echo(f"run/test anxin/programmes/{code}")
