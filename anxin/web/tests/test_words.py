"""Every sentence of the desk exists in English, and every verb has its form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from anxin.kernel import flow, heaps, matters, orders, people, registry
from anxin.web import forms, words
from anxin.web.tests.desk_client import Person
from tests.cast import Cast, garage

WEB = Path(__file__).parent.parent
CHINESE = re.compile("[\u4e00-\u9fff]")


def sentences() -> set[str]:
    """What the templates and the code of the desk have translated."""
    found: set[str] = set()
    for place in WEB.glob("templates/**/*.html"):
        text = place.read_text()
        found |= {m[2] for m in re.finditer(r"{% translate (['\"])(.*?)\1", text)}
        for m in re.finditer(r"{% blocktranslate[^%]*%}(.*?){% endblocktranslate %}", text, re.S):
            found.add(re.sub(r"{{ (\w+) }}", r"%(\1)s", m[1].partition("{% plural %}")[0]))
    for place in WEB.glob("*.py"):
        text = place.read_text()
        found |= {m[1] for m in re.finditer(r'\b(?:gettext|ngettext|gettext_lazy|_)\(\s*"([^"]+)"', text)}
    return {each for each in found if CHINESE.search(each)}


def test_every_sentence_exists_in_english() -> None:
    assert len(sentences()) > 250
    named = {*matters.STATES.values(), *orders.STATES.values(), *matters.COLOURS.values(), *matters.NATURES.values()}
    named |= {*matters.URGENCIES.values(), *matters.LEVELS.values(), *filter(None, matters.POLICE.values())}
    named |= {*matters.SATISFACTION.values(), *people.PURPOSES.values(), *(tab.title for tab in heaps.TABS)}
    named |= {verb.title for verb in flow.VERBS.values()}
    with translation.override("en"):
        missing = [
            each for each in sorted(sentences() | named)
            if CHINESE.search(translation.gettext(each)) and CHINESE.search(translation.ngettext(each, each, 2))
        ]  # fmt: skip
    assert missing == []


def test_every_verb_but_the_clocks_has_its_form() -> None:
    assert set(flow.VERBS) - set(forms.ASKS) == {"warn"}


def test_every_limit_says_what_it_is_about_and_how_well_it_is_known() -> None:
    never_on_a_clock = ("hotline.", "repeat.", "first.time")
    unnamed = [code for code in registry.rules() if not words.rule(code)]
    assert [code for code in unnamed if not code.startswith(never_on_a_clock)] == []
    with translation.override("zh-hans"):
        assert words.provenance("S33") == "公开报道或标准"


@pytest.mark.django_db
def test_the_desk_speaks_english_as_well(cast: Cast) -> None:
    number = flow.report(garage(), cast.resident).matter.number
    li = Person("li.juan")
    assert li.client.post("/desk/language", {"language": "en", "next": "/desk/"}).status_code == 302
    page = li.read(f"/desk/matters/{number}")
    for said in ("One-key command", "Water, drainage and flooding", "minutes left", "What has happened"):
        assert said in page
    assert "一键指令" not in page
