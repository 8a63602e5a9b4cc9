"""Accounts come and go, and templates for replies are offered where they belong."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from anxin.kernel import access, areas, bodies, changes, flow
from anxin.kernel.bodies import Holding
from anxin.kernel.changes import Alteration
from anxin.kernel.people import Account
from anxin.web.administration import templates_of_replies
from anxin.web.administration.models import ReplyTemplate
from anxin.web.administration.tests.admin_client import Administrator, plain
from anxin.web.identity import book
from anxin.web.tests.desk_client import Person
from tests.cast import Cast, garage


def test_a_new_colleague_gets_an_account_a_post_and_a_link_shown_once(cast: Cast) -> None:
    """The name is sealed, the book has no name, the link is on the page once."""
    gao = Administrator()
    said = gao.change("new_person", login="Xu.Yan", person="许燕", post="330402.water.leader", reason="新任")
    assert "在本人设置密码之前不能登录" in said
    account = Account.objects.get(login="xu.yan")
    assert not account.has_usable_password()
    assert account.person is not None
    assert account.person.masked_name == "许*"
    assert [each.post.code for each in Holding.objects.filter(account=account)] == ["330402.water.leader"]
    page = gao.read(reverse("administration:person", args=["xu.yan"]))
    (link,) = re.findall(r'class="once">[^<]*?(/desk/identity/[^<]+)<', page)
    assert link not in gao.read(reverse("administration:person", args=["xu.yan"])), "once"
    everything = str(list(Alteration.objects.values("subject", "before", "after", "reason")))
    assert "许燕" not in everything
    assert link not in everything
    assert Person().client.get(link).status_code == 200


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"login": "sun.li"}, "已经有了"),
        ({"login": "许"}, "小写字母"),
        ({"post": "330402.water.clerk"}, "sun.li 任职"),
        ({"post": "nobody"}, "没有这个岗位"),
        ({"person": ""}, ""),
        ({"day": "2020-01-01"}, "今天或以后"),
    ],
)
def test_an_account_that_cannot_be(cast: Cast, typed: dict[str, str], why: str) -> None:
    """Said at the field; nothing is made."""
    gao = Administrator()
    base = {"login": "xu.yan", "person": "许燕"}
    assert why in gao.preview("new_person", status=400, **{**base, **typed})
    assert not Account.objects.filter(login="xu.yan").exists()


def test_an_account_is_locked_and_everything_it_has_open_ends(cast: Cast) -> None:
    """孙立 is at his desk; locked, his next click leads to the sign-in; unlocked, he signs in again."""
    gao, sun = Administrator(), Person("sun.li")
    sun.read("/desk/")
    said = gao.change("person_act", "sun.li", "lock", reason="离岗")
    assert "南湖区水利局 承办联络员" in said
    assert sun.client.get("/desk/").status_code == 302
    assert sun.sign_in("sun.li").status_code != 303
    gao.change("person_act", "sun.li", "unlock")
    assert sun.sign_in("sun.li").status_code == 303
    gao.change("person_act", "sun.li", "end-stays")
    assert sun.client.get("/desk/").status_code == 302
    assert [line.after for line in changes.of("account", "sun.li")][-1] == {"active": False}
    told = [each.what for each in book.of(Account.objects.get(login="sun.li").pk)]
    assert told.count("ended_all") == 2, "his own book of sign-ins says so, too"
    gao.change("person_act", "sun.li", "link", reason="忘了密码")
    assert changes.of("account", "sun.li")[0].reason == "忘了密码"
    assert "不能锁定自己" in gao.preview("person_act", "gao.yang", "lock", status=400)


def test_the_countys_desk_locks_its_own_people_only(cast: Cast) -> None:
    """郑华 locks 孙立 of her county, not 陈敏 of the hotline, not herself, and makes no account without a post."""
    zheng = Administrator("zheng.hua")
    zheng.act_as(cast.supervisor.post)
    zheng.change("person_act", "sun.li", "lock")
    zheng.read(reverse("administration:person_act", args=["chen.min", "lock"]), status=403)
    zheng.read(reverse("administration:person_act", args=["gao.yang", "link"]), status=403)
    zheng.preview("new_person", login="xu.yan", person="许燕", status=400)
    path, fields = zheng.open("new_person")
    typed = {**fields, "login": "xu.yan", "person": "许燕", "do": "preview"}
    for post in ("330421.water.leader", "330400.hotline.seat-5", "330402.water.leader"):
        assert zheng.client.post(path, {**typed, "post": post}).status_code == 403, post
    zheng.change("new_person", login="xu.yan", person="许燕", post="330402015.team.field-1")
    assert access.posts_of(Account.objects.get(login="xu.yan").pk)


# ---- templates ----------------------------------------------------------------------------------------------------

TEXT = "您好，您反映的“{title}”（{number}）由{body}办理，{due}前答复。"


def test_a_template_is_offered_where_it_belongs_and_filled_in(cast: Cast) -> None:
    """The body's own first, then the town's, then the city's; ended ones no more."""
    gao = Administrator()
    gao.change("new_template", name="全市通用", text=TEXT, kinds=[])
    gao.change("new_template", name="七星街道积水", text="{town}已派人到场。", area="330402015", kinds="onekey.water")
    gao.change("new_template", name="水利局", text="{body}正在抽排。", body="330402.water", kinds="onekey.water")
    gao.change("new_template", name="只管停车", text="停车。", kinds="onekey.parking")
    gao.change("new_template", name="嘉善", text="嘉善。", area="330421")
    matter = flow.report(garage(), cast.resident).matter
    water = bodies.body("330402.water")
    offers = templates_of_replies.templates_for(matter, water)
    assert [each.title for each in offers] == ["水利局", "七星街道积水", "全市通用"]
    assert offers[0].text == "南湖区水利局正在抽排。"
    assert offers[1].text == "七星街道已派人到场。"
    assert matter.number in offers[2].text
    assert "湘南公寓地下车库进水" in offers[2].text
    assert "{" not in offers[2].text
    row = ReplyTemplate.objects.get(title="全市通用")
    gao.change("template_act", row.pk, "end", day=areas.today().isoformat())
    assert len(templates_of_replies.templates_for(matter, water)) == 2
    assert ReplyTemplate.objects.filter(pk=row.pk).exists()


def test_a_template_with_unknown_blanks_or_scripts(cast: Cast) -> None:
    """Unknown blanks are named; a script is only text; attributes cannot be reached."""
    gao = Administrator()
    said = gao.preview("new_template", name="坏", text="{phone} 与 {matter.person}", status=400)
    assert "{phone}" in said
    assert "{number}" in said
    gao.change("new_template", name="<script>x</script>", text="<img src=x onerror=alert(1)> {number}")
    row = ReplyTemplate.objects.get()
    for path in ("templates", "template"):
        page = gao.read(reverse(f"administration:{path}", args=[row.pk] if path == "template" else []))
        assert "<script>x" not in page
        assert "<img src=x" not in page
    gao.change("template_act", row.pk, "edit", name="好", text="{number}\u202e 右到左")
    assert changes.of("template", str(row.pk))[0].before["title"] == "<script>x</script>"


def test_the_countys_desk_writes_for_its_county(cast: Cast) -> None:
    """郑华 writes for 南湖区; not for the city, not for 嘉善县, and changes no one else's."""
    gao, zheng = Administrator(), Administrator("zheng.hua")
    zheng.act_as(cast.supervisor.post)
    zheng.change("new_template", name="南湖通用", text=TEXT, area="330402")
    path, fields = zheng.open("new_template")
    for area in ("", "330421"):
        typed = {**fields, "name": "越界", "text": TEXT, "area": area, "do": "preview"}
        assert zheng.client.post(path, typed).status_code == 403, area
    gao.change("new_template", name="全市通用", text=TEXT, kinds=[])
    city = ReplyTemplate.objects.get(title="全市通用")
    zheng.read(reverse("administration:template_act", args=[city.pk, "edit"]), status=403)
    assert "南湖通用" in plain(zheng.read(reverse("administration:templates")))
    assert "全市通用" not in plain(zheng.read(reverse("administration:templates")))


def test_what_was_typed_survives_the_end_of_the_session(cast: Cast) -> None:
    """The session ends in the middle of a form; after signing in again everything is still there."""
    gao = Administrator()
    path, fields = gao.open("new_template")
    gao.client.post("/desk/sign-out")
    page = gao.client.post(path, {**fields, "name": "写了很久", "text": "很长的内容", "do": "preview"})
    assert page.status_code == 401
    carried = re.search(r'name="carried" value="([^"]+)"', page.content.decode())
    assert carried is not None
    gao.sign_in("gao.yang", carried=carried[1], next=path)
    again = gao.read(path)
    assert "写了很久" in again
    assert "很长的内容" in again
    assert not ReplyTemplate.objects.exists()
