"""What the stories of pay need: two posts of 罗星街道 with a July behind them, and who makes and approves a month."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import pytest

from anxin.kernel import areas, clock
from anxin.kernel.bodies import Actor, Post
from anxin.programmes.gridpay import models as book
from anxin.programmes.gridpay import seeds
from tests.cast import Cast, actor

AUGUST = datetime(2026, 8, 10, 9, 0, tzinfo=clock.TZ)
JULY = date(2026, 7, 1)


@dataclass(frozen=True)
class Stand:
    """盛丽 on the first grid, 柏云 on the second, 祝红 who makes the month, 沈涛 who approves, 陶勇 head."""

    posts: dict[str, Post]
    shengli: Actor
    baiyun: Actor
    zhuhong: Actor
    shentao: Actor
    taoyong: Actor

    def statement(self, number: str = "1") -> book.Statement:
        """The newest statement of a post."""
        rows = book.Statement.objects.select_related("run", "contract__post__area")
        return rows.filter(post=self.posts[number]).latest("run__month")

    def contract(self, number: str = "1") -> book.Contract:
        """The contract of a post."""
        return book.Contract.objects.select_related("post__area").filter(post=self.posts[number]).latest("pk")


@pytest.fixture
def now() -> Iterator[clock.Travel]:
    """The clock stands at the 10th of August until the story moves it."""
    with clock.at(AUGUST) as travel:
        yield travel


@pytest.fixture
def stand(cast: Cast, now: clock.Travel) -> Stand:
    """Posts 1 to 3 and their July, told but not reckoned."""
    assert seeds.COUNTY in areas.tree().by_code
    posts = seeds.tell([row for row in seeds.ROWS if row["post"] in ("1", "2", "3") and row["month"] == "7"])
    here = [f"330421002001{grid}" for grid in ("001", "002")]
    return Stand(
        posts=posts,
        shengli=actor(f"{here[0]}.worker"),
        baiyun=actor(f"{here[1]}.worker"),
        zhuhong=actor("330421.centre.supervisor"),
        shentao=actor("330400.peace.leader"),
        taoyong=actor(f"{here[0]}.head"),
    )
