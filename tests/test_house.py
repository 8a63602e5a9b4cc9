"""What a linter cannot see of the house's order, and what Anxin refuses to keep."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import models
from importlinter.cli import lint_imports

from anxin.kernel import people, registry
from anxin.kernel.errors import AnxinError
from anxin.kernel.verbs import VERBS

ROOT = Path(__file__).parent.parent
KERNEL = ROOT / "anxin" / "kernel"
MOST_LINES = 400
MOST_LINES_OF_FLOW = 600
"""The whole life in one file is worth more than the bound (docs/decisions/2026-11-24-kernel-files.md)."""
NOT_NAMES = {"utils", "helpers", "common", "services", "managers", "base"}


def sources(*, tests: bool = False) -> Iterator[Path]:
    """Our Python files."""
    for path in sorted((ROOT / "anxin").rglob("*.py")):
        if "migrations" not in path.parts and (tests or "tests" not in path.parts):
            yield path


def tree(path: Path) -> ast.Module:
    """A file as syntax."""
    return ast.parse(path.read_text("utf-8"))


def test_imports_keep_to_their_floor(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    code = lint_imports(no_cache=True)
    assert code == 0, capfd.readouterr().out


def test_kernel_files_and_verbs_stay_small() -> None:
    for path in KERNEL.glob("*.py"):
        most = MOST_LINES_OF_FLOW if path.name == "flow.py" else MOST_LINES
        lines = len(path.read_text("utf-8").splitlines())
        assert lines <= most, f"{path.name} has {lines} lines"
    for node in ast.walk(tree(KERNEL / "flow.py")):
        if isinstance(node, ast.FunctionDef):
            body = (node.end_lineno or 0) - node.body[0].lineno + 1
            assert body <= 30, f"flow.{node.name} has {body} lines"


def test_the_kernel_knows_no_kind_and_no_programme() -> None:
    for path in KERNEL.glob("*.py"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Compare) and "kind" in ast.unparse(node.left).split("."):
                constants = [each for each in node.comparators if isinstance(each, ast.Constant)]
                assert not [each for each in constants if isinstance(each.value, str) and "." in each.value], path
        assert not re.search(r"anxin\.programmes|\"onekey", path.read_text("utf-8")), path


def test_no_hidden_wires() -> None:
    forbidden = re.compile(r"django\.db\.models\.signals|django\.dispatch|apps\.get_model|GenericForeignKey|post_save")
    for path in sources():
        assert not forbidden.search(path.read_text("utf-8")), path


def test_only_the_clock_asks_the_time() -> None:
    asked = re.compile(r"datetime\.now\(|\.utcnow\(|timezone\.now\(|[^_.]time\.time\(|date\.today\(|localtime\(\)")
    for path in sources():
        if path.name not in ("clock.py", "embedded.py"):
            assert not asked.search(path.read_text("utf-8")), path


def test_names_say_what_is_inside() -> None:
    for path in sources(tests=True):
        assert path.stem not in NOT_NAMES, path
        assert not NOT_NAMES & set(path.relative_to(ROOT).parts), path


def test_the_code_of_an_error_says_which_one_it_is() -> None:
    importlib.import_module("anxin.urls")
    seen: dict[tuple[str, str], type[AnxinError]] = {}
    waiting: list[type[AnxinError]] = [AnxinError]
    while waiting:
        waiting += (error := waiting.pop()).__subclasses__()
        home = ".".join(error.__module__.split(".")[: 3 if error.__module__.startswith("anxin.programmes.") else 2])
        if home == "anxin.kernel" or home.startswith("anxin.programmes."):
            assert seen.setdefault((home, error.code), error) is error, error
    kernel = {code for home, code in seen if home == "anxin.kernel"}
    assert not [error for (home, code), error in seen.items() if home != "anxin.kernel" and code in kernel]


def test_everything_public_says_what_it_does() -> None:
    silent = []
    for path in sources():
        module = tree(path)
        if path.name != "__init__.py" and not ast.get_docstring(module):
            silent.append(str(path.relative_to(ROOT)))
        told = {node.name for node in module.body if isinstance(node, ast.ClassDef) and ast.get_docstring(node)}
        for node in module.body:
            if not isinstance(node, ast.FunctionDef | ast.ClassDef) or node.name.startswith("_"):
                continue
            if isinstance(node, ast.ClassDef) and told & {ast.unparse(parent) for parent in node.bases}:
                told.add(node.name)  # one of many of its kind: its parent in the same file says what they do
            elif not ast.get_docstring(node):
                silent.append(f"{path.relative_to(ROOT)}::{node.name}")
    assert not silent


def test_the_way_of_a_report_names_what_exists() -> None:
    said = re.findall(r"`((?:anxin|tests|bench)[\w/]*\.py)(?:::(\w+))?`", (ROOT / "ARCHITECTURE.md").read_text("utf-8"))
    assert len(said) >= 9
    for path, name in said:
        assert (ROOT / path).exists(), path
        if name:
            module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
            assert hasattr(module, name), f"{path}::{name}"


def test_every_kind_that_is_named_exists() -> None:
    codes = "|".join(programme.code for programme in registry.programmes())
    named_as_kind = re.compile(rf"""kind["']?\s*(?:=|:|==)\s*["']((?:{codes})\.[a-z_]+)["']""")
    for path in sources(tests=True):
        for named in named_as_kind.findall(path.read_text("utf-8")):
            assert named in registry.kinds() or "nobody" in named or "unknown" in named, (path, named)


def test_every_programme_tells_its_story() -> None:
    for module in settings.PROGRAMMES:
        folder = ROOT / Path(*module.split("."))
        assert (folder / "README.md").exists()
        assert (folder / "tests" / "test_story.py").exists()


def test_programmes_point_to_themselves_and_the_kernel_only() -> None:
    for config in apps.get_app_configs():
        if config.name.startswith("anxin.programmes"):
            for model in config.get_models():
                for field in model._meta.get_fields():
                    other = field.related_model
                    if isinstance(other, type) and issubclass(other, models.Model):
                        assert other._meta.app_label in (config.label, "kernel"), f"{model}.{field.name}"


def test_every_table_is_as_its_migrations_make_it(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        call_command("makemigrations", check=True, dry_run=True, verbosity=1)
    except SystemExit:
        raise AssertionError(capsys.readouterr().out) from None


def test_every_verb_has_its_rights() -> None:
    from anxin.kernel import access

    assert set(access.VERBS) == set(VERBS) | {"report"}


# ---- what Anxin refuses (field guide 11.6) ----------------------------------------------------------------------

WORDS_OF_WHAT_IS_REFUSED = re.compile(
    r"face|plate|biometric|fingerprint_of|watch_?list|blacklist|person_score|credit_score|risk_of_person|trajectory|"
    r"track_of|opinion|sentiment|religion|ethnic|special_population|key_youth|petitioner"
)
PERSONAL = re.compile(r"(^|_)(name|phone|mobile|email|id_?card|id_?number|birth\w*|passport|address|contact)($|_)")
NOT_OF_PERSONS = {
    "kernel.Area.name", "kernel.Body.name", "kernel.Edition.name", "kernel.Job.name", "kernel.Tick.name",
    "kernel.CalendarMark.name", "identity.Passkey.name", "notifications.Way.address",
    "kernel.Matter.address",
}  # fmt: skip
"""Names of places, bodies and tasks; a matter's address is where something is, erasable, never journalled; where staff
want to be reached is encrypted like particulars."""


def test_no_table_keeps_what_is_refused() -> None:
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            assert not WORDS_OF_WHAT_IS_REFUSED.search(field.name), f"{model.__name__}.{field.name}"


def test_names_and_numbers_lie_in_the_tables_of_people_only() -> None:
    for model in apps.get_models():
        if model.__module__ == people.__name__ or not model.__module__.startswith("anxin"):
            continue
        for field in model._meta.concrete_fields:
            where = f"{model._meta.app_label}.{model.__name__}.{field.name}"
            assert not PERSONAL.search(field.name) or where in NOT_OF_PERSONS, where


def test_every_personal_field_has_its_purpose_and_its_end() -> None:
    assert set(people.FIELDS) == set(people.Particulars.__struct_fields__)
    assert all(people.FIELDS.values())
    assert people.RETENTION.days > 0


def test_no_verb_and_no_figure_is_about_a_person() -> None:
    figures = [figure.code for programme in registry.programmes() for figure in programme.figures]
    for name in [*VERBS, *figures]:
        assert not WORDS_OF_WHAT_IS_REFUSED.search(name), name


def test_no_merge_is_left_half_done() -> None:
    marks = re.compile(r"^(<{7} |>{7} |={7}$)", re.M)
    for path in ROOT.joinpath("anxin").rglob("*"):
        if path.suffix in (".py", ".html", ".ts", ".scss", ".po", ".toml", ".md"):
            assert not marks.search(path.read_text("utf-8")), path
