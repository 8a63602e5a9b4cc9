"""Bodies and posts change hands: whoever comes next finds the orders where they were."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from anxin.kernel import access, areas, bodies, changes, flow
from anxin.kernel.bodies import Actor, Body, Holding, Post
from anxin.kernel.people import Account
from anxin.web.administration.tests.admin_client import Administrator, plain
from anxin.web.tests.desk_client import Forms
from tests.cast import Cast, garage

CLERK = "330402.water.clerk"


def _codes(held: list[Actor]) -> list[str]:
    """The codes of the posts of some actors."""
    return [Post.objects.get(pk=each.post or 0).code for each in held]


def test_a_post_is_handed_over_from_a_day_on(cast: Cast) -> None:
    """孙立 leaves, 何丽 takes the water clerk's post: orders stay, one holder a day."""
    flow.report(garage(), cast.resident)
    gao, day = Administrator(), areas.today() + timedelta(days=7)
    said = gao.change("post_act", CLERK, "hand-over", account="he.li", day=day.isoformat(), reason="轮岗")
    assert "件在办工单属于单位 南湖区水利局，不随人走" in said
    assert "之后该账号没有任何岗位" in said
    before, after = Holding.objects.filter(post__code=CLERK).order_by("valid_from")
    assert (before.account.login, before.valid_to) == ("sun.li", day)
    assert (after.account.login, after.valid_from) == ("he.li", day)
    he = Account.objects.get(login="he.li")
    assert CLERK not in _codes(access.posts_of(he.pk))
    assert CLERK in _codes(access.posts_of(he.pk, day))
    assert changes.of("post", CLERK)[0].before == {"holder": "sun.li"}


def test_who_cannot_take_a_post(cast: Cast) -> None:
    """Nobody unknown, nobody locked, not who holds it already, not over a plan that stands."""
    gao = Administrator()
    assert "没有这个账号" in gao.preview("post_act", CLERK, "hand-over", account="nobody", status=400)
    assert "本来就由他任职" in gao.preview("post_act", CLERK, "hand-over", account="sun.li", status=400)
    Account.objects.filter(login="he.li").update(is_active=False)
    assert "已锁定" in gao.preview("post_act", CLERK, "hand-over", account="he.li", status=400)
    later = areas.today() + timedelta(days=20)
    gao.change("post_act", CLERK, "hand-over", account="ma.jun", day=later.isoformat())
    assert "已安排" in gao.preview("post_act", CLERK, "hand-over", account="qian.jin", status=400)


def test_the_countys_desk_hands_over_in_its_county_and_not_to_itself(cast: Cast) -> None:
    """郑华 may, in 南湖区; not a post of the whole city, not one of 嘉善县, not to herself."""
    zheng = Administrator("zheng.hua")
    zheng.act_as(cast.supervisor.post)
    zheng.change("post_act", CLERK, "hand-over", account="he.li")
    path, fields = zheng.open("post_act", "330402.housing.clerk", "hand-over")
    mine = {**fields, "account": "zheng.hua", "do": "preview"}
    assert zheng.client.post(path, mine).status_code == 403
    for post, status in (("330421.water.clerk", 403), ("330400.hotline.seat-2", 403)):
        zheng.read(reverse("administration:post_act", args=[post, "hand-over"]), status=status)
    leader = reverse("administration:post_act", args=["330402.water.leader", "hand-over"])
    fields = Forms(zheng.read(leader)).forms[leader]
    refused = zheng.client.post(leader, {**fields, "account": "ma.jun", "do": "preview"})
    assert refused.status_code == 403, "a leader sees more than a county's desk may give"


def test_a_body_ends_and_somebody_takes_over(cast: Cast) -> None:
    """Who takes over must be named while there are orders; rules then ask the next one up."""
    flow.report(garage(), cast.resident)
    gao, day = Administrator(), areas.today() + timedelta(days=5)
    said = gao.preview("body_act", "330402.water", "close", day=day.isoformat(), status=400)
    assert "请写明由谁接手" in said
    said = gao.change("body_act", "330402.water", "close", day=day.isoformat(), successor="330402.housing")
    assert "1 件在办工单留在这里" in said
    assert "供水排水积水 → 嘉兴市水利局" in said
    assert Body.objects.get(code="330402.water").valid_to == day
    assert "330402.water" in bodies.directory().by_code, "until that day it stands"
    assert changes.of("body", "330402.water")[0].after["successor"].startswith("330402.housing")


def test_a_new_body_with_a_new_post(cast: Cast) -> None:
    """Made, found by the rules' function, with a post somebody can hold."""
    gao = Administrator()
    typed = {
        "new_code": "330402.heating", "name": "南湖区供热公司", "kind": "company", "function": "heating",
        "area": "南湖区", "parent": "330402.housing",
    }  # fmt: skip
    gao.change("new_body", **typed)
    assert bodies.body("330402.heating").area.code == "330402"
    assert "这个代码已经有了" in gao.preview("new_body", **typed, status=400)
    post = {"new_code": "330402.heating.clerk", "post_title": "承办联络员", "role": "clerk"}
    gao.change("body_act", "330402.heating", "new-post", **post)
    assert Post.objects.get(code="330402.heating.clerk").body.code == "330402.heating"
    gao.preview("body_act", "330402.heating", "new-post", **{**post, "new_code": "330402.heating.x", "area": "330421"},
                status=400)  # fmt: skip


def test_two_administrators_at_the_same_body(cast: Cast) -> None:
    """The slower one is shown what the other changed, keeps what was typed, and may then go on."""
    gao, other = Administrator(), Administrator()
    gao.preview("body_act", "330402.water", "edit", name="南湖区水务局")
    other.change("body_act", "330402.water", "edit", name="南湖区水利水务局", reason="挂牌")
    said = plain(gao.confirm(status=409).content.decode())
    assert "别人已经改过这一项" in said
    assert "南湖区水利水务局" in said
    assert "挂牌" in said
    path, _fields = gao.last
    page = gao.client.post(path, {**gao.last[1], "do": "confirm"})
    fields = Forms(page.content.decode()).forms[path]
    assert fields["name"] == "南湖区水务局"
    assert gao.client.post(path, {**fields, "do": "confirm"}).status_code == 303
    assert Body.objects.get(code="330402.water").name == "南湖区水务局"


def test_a_double_click_changes_once(cast: Cast) -> None:
    """The same key twice is one change and two friendly answers."""
    gao = Administrator()
    gao.preview("body_act", "330402.water", "edit", name="南湖区水务局")
    gao.confirm()
    gao.confirm()
    assert changes.of("body", "330402.water").count() == 1


def test_a_body_is_not_its_own_parent(cast: Cast) -> None:
    """No circle above a body."""
    gao = Administrator()
    said = gao.preview("body_act", "330402.peace", "edit", parent="330402.centre", status=400)
    assert "不能是自己或自己的下级" in said


# ---- the table ----------------------------------------------------------------------------------------------------


def test_the_table_comes_out_and_goes_in_again_unchanged(cast: Cast) -> None:
    """What was taken out names every body and post; taken in again there is nothing to do."""
    gao = Administrator()
    text = gao.client.get(reverse("administration:export")).content.decode("utf-8-sig")
    assert "330402.water,南湖区水利局,department,water,330402,330400.water" in text
    some = "\r\n".join([text.splitlines()[0], *[row for row in text.splitlines() if row.startswith("330402.water")]])
    assert "没有要新建或改名的行" in gao.preview("import", table=some, status=400)


BAD = """body,body_name,kind,function,area,parent,post,post_title,role,post_area
330402.heating,南湖区供热公司,company,heating,330402,,,,,
330402.heating,,,,,,330402.heating.clerk,承办员,clerk,
330402.water,南湖区水务局,,,,,,,,
330402.sky,天空局,weather,,330402,,,,,
330402.gas2,燃气二公司,company,gas2,999999,,,,,
330402.heating,,,,,,330402.heating.boss,主任,emperor,
330402.heating,,,,,,330402.heating.clerk,又一个,clerk,
330402.water,,,,,,330402.housing.clerk,抢来的,clerk,
,无代码,company,,330402,,,,,
"""


def test_a_table_with_wrong_lines_all_or_the_good_ones(cast: Cast) -> None:
    """Each wrong line with its number; all or nothing, or the good ones."""
    gao = Administrator()
    said = gao.preview("import", table=BAD, status=400)
    for line in (5, 6, 7, 8, 9, 10):
        assert f"第 {line} 行" in said
    assert "第 2 行" not in said
    assert not Body.objects.filter(code="330402.heating").exists()
    said = gao.preview("import", table=BAD, which="good", reason="年度名单")
    assert "6 行有错误，不导入" in said
    gao.confirm()
    assert Post.objects.get(code="330402.heating.clerk").body.name == "南湖区供热公司"
    assert Body.objects.get(code="330402.water").name == "南湖区水务局"
    assert changes.of("body", "330402.water")[0].reason == "年度名单"
    assert changes.of("post", "330402.heating.clerk").exists()
    gao.confirm()
    assert changes.of("table", "bodies").count() == 1, "a second click takes nothing in again"


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("", "请选择文件或粘贴内容"),
        ("甲,乙\n1,2\n", "须是表头"),
        ('body,post\n"a', "不是 CSV 文件"),
        ("\n\n", "请选择文件"),
    ],
)
def test_a_table_that_is_none(cast: Cast, table: str, why: str) -> None:
    """Empty, without a head, broken."""
    assert why in Administrator().preview("import", table=table, status=400)
