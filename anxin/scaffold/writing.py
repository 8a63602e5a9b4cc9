"""Writes the folder of a new programme in one of the three shapes: a case, a book or a reader.

What it writes runs, keeps to the order of the files and tells a story that passes; it is there to be changed. Nothing
is registered: the one word for settings.PROGRAMMES is said, not written.
"""

from __future__ import annotations

import keyword
import re
import shutil
import subprocess
from pathlib import Path
from string import Template

SHAPES = {
    "case": "办件：有自己的事项类别 · kinds of matters of its own",
    "book": "台账：登记册，必要时转为事项 · registers that raise matters",
    "reader": "看板：只看不办 · no matters of its own",
}
_HERE = Path(__file__).with_name("shapes")
_CODE = re.compile(r"[a-z][a-z0-9_]{2,30}")
_NOT_NAMES = {"utils", "helpers", "common", "services", "managers", "base", "kernel", "tests"}


class CannotWrite(ValueError):
    """Why no programme was written."""


def write(code: str, title: str, title_en: str, shape: str, programmes: Path) -> list[Path]:
    """Write `programmes/<code>/`; returns the files in order. `code` is its Python name (lower case), also its address.

    Raises CannotWrite when the name cannot be one, is taken, or the shape is unknown; nothing is written then.
    """
    if shape not in SHAPES:
        raise CannotWrite(f"shape: {', '.join(SHAPES)}")
    if not _CODE.fullmatch(code) or keyword.iskeyword(code) or code in _NOT_NAMES:
        raise CannotWrite(f"“{code}” 不能作为名称：小写字母开头，只含小写字母、数字、下划线，3 至 31 个字符")
    if not title.strip() or {'"', "\\", "\n"} & set(title + title_en):
        raise CannotWrite("请写明标题，不含引号、反斜线和换行")
    place = programmes / code
    if place.exists():
        raise CannotWrite(f"{place.name}/ 已经存在")
    words = {
        "code": code, "title": title.strip(), "title_en": title_en.strip() or code.replace("_", " ").capitalize(),
        "name": "".join(part.capitalize() for part in code.split("_")),
    }  # fmt: skip
    written = []
    for root in (_HERE / "all", _HERE / shape):
        for source in sorted(root.rglob("*.txt")):
            inside = source.relative_to(root).with_suffix("")
            if inside.parts[0] == "templates":
                inside = Path("templates", code, *inside.parts[1:])
            written.append(place / inside)
            written[-1].parent.mkdir(parents=True, exist_ok=True)
            written[-1].write_text(Template(source.read_text("utf-8")).substitute(words), "utf-8")
    for translations in place.rglob("django.po"):
        _compile(translations)
    return sorted(written)


def _compile(translations: Path) -> None:
    """The form Django reads; without gettext's tools on this machine the author does it later."""
    if (tool := shutil.which("msgfmt")) is not None:
        subprocess.run([tool, "-o", translations.with_suffix(".mo"), translations], check=True)
