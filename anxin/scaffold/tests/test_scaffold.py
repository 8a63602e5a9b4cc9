"""A fourth programme of each shape: written by the command, registered by one word, it keeps the rules of the house."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from anxin.scaffold.writing import SHAPES, CannotWrite, write

ROOT = Path(__file__).parent.parent.parent.parent
NAMES = {"case": "trial_case", "book": "trial_book", "reader": "trial_reader"}
HOUSE = (
    "imports_keep_to_their_floor or no_hidden_wires or only_the_clock or names_say or everything_public or "
    "tells_its_story or point_to_themselves or refused or tables_of_people or about_a_person or knows_no_kind"
)


def test_a_name_that_cannot_be_one_writes_nothing(tmp_path: Path) -> None:
    for code in ("", "ab", "Trial", "1st", "a-b", "class", "utils", "../x", "x" * 40):
        with pytest.raises(CannotWrite):
            write(code, "试点", "", "book", tmp_path)
    for title, shape in (("", "book"), ('试"点', "book"), ("试点", "other")):
        with pytest.raises(CannotWrite):
            write("trial", title, "", shape, tmp_path)
    assert list(tmp_path.iterdir()) == []
    write("trial", "试点", "", "reader", tmp_path)
    with pytest.raises(CannotWrite, match="已经存在"):
        write("trial", "试点", "", "reader", tmp_path)


def _copied(tmp_path: Path) -> Path:
    """The house without what is built or kept, to be written into."""
    passed_over = shutil.ignore_patterns("__pycache__", "*.pyc", "var")
    for name in ("anxin", "tests"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=passed_over)
    for name in ("pyproject.toml", ".importlinter", "conftest.py", "ARCHITECTURE.md", "package.json"):
        shutil.copy(ROOT / name, tmp_path / name)
    if (ROOT / "built").exists():
        (tmp_path / "built").symlink_to(ROOT / "built")
    return tmp_path


def _run(house: Path, *command: str) -> str:
    url = os.environ["DATABASE_URL"]
    own = re.sub(r"/\w+(\?|$)", rf"/trial_{os.getpid()}\1", url)
    environment = {
        **os.environ, "PYTHONPATH": str(house), "DATABASE_URL": own, "ANXIN_VAR": str(settings.VAR),
        "ANXIN_PROGRAMMES": ",".join([*settings.PROGRAMMES, *(f"anxin.programmes.{name}" for name in NAMES.values())]),
    }  # fmt: skip
    for name in list(environment):
        if name.startswith("PYTEST_"):
            del environment[name]
    done = subprocess.run(
        [sys.executable, *command], cwd=house, env=environment, capture_output=True, text=True, timeout=400, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def test_a_fourth_programme_of_each_shape_keeps_the_rules_of_the_house(tmp_path: Path) -> None:
    house = _copied(tmp_path)
    for shape, name in NAMES.items():
        told = _run(house, "-m", "anxin", "programme", name, "--title", "试点", "--title-en", "Trial", "--shape", shape)
        assert f"anxin.programmes.{name}" in told
        assert (house / "anxin" / "programmes" / name / "README.md").exists()
    assert set(NAMES) == set(SHAPES)
    for tool in (("ruff", "check"), ("ruff", "format", "--check")):
        _run(house, "-m", *tool, *(f"anxin/programmes/{name}" for name in NAMES.values()))
    _run(house, "-m", "django", "makemigrations", "--check", "--dry-run", NAMES["book"])
    stories = [f"anxin/programmes/{name}/tests/test_story.py" for name in NAMES.values()]
    told = _run(
        house,
        "-m",
        "pytest",
        "-p",
        "no:xdist",
        "--create-db",
        "-k",
        f"trial_ or {HOUSE}",
        *stories,
        "tests/test_house.py",
    )
    assert re.search(r"\b\d+ passed|\[100%\]", told)
