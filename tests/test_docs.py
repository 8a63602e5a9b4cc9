"""Pages that are made from the code stay what the code says."""

from __future__ import annotations

from pathlib import Path

from anxin.kernel import registry

ROOT = Path(__file__).parent.parent


def limits_page() -> str:
    """The time limits of all programmes as a page: which rule gives which limit, and how sure it is."""
    lines = [
        "# Which rule gives which limit",
        "",
        "Made from the code (`tests/test_docs.py`). Provenance: LAW a statute, often another city's as a model · S.. a",
        "published practice or standard (field guide) · BK general knowledge · INF a default of this project. An",
        "installation sets its own versions (`docs/howto/install.md`).",
        "",
        "| code | version | limit | since | source | provenance |",
        "|---|---|---|---|---|---|",
    ]
    for code, versions in registry.rules().items():
        lines += [
            f"| `{code}` | {rule.version} | {rule.limit} | {rule.effective} | {rule.source} | {rule.provenance} |"
            for rule in versions
        ]
    return "\n".join(lines) + "\n"


def test_the_page_of_limits_is_what_the_rules_say() -> None:
    assert (ROOT / "docs" / "law" / "limits.md").read_text("utf-8") == limits_page()


def test_the_readme_names_commands_that_exist() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in ("demo", "test", "dev", "lint", "bench"):
        assert f"./run/{name}" in readme
        assert (ROOT / "run" / name).exists()
