"""How the fields of forms written by hand are called, for what was wrong with them: `{{ error.fields|named }}`."""

from __future__ import annotations

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

register = template.Library()
NAMES = {
    "adult": _("成年公民"), "area": _("社区"), "cases": _("件数"), "closes": _("关闭日期"), "code": _("代码"),
    "committee": _("调委会"), "day": _("日期"), "elected_on": _("当选日期"), "expert": _("专家"), "field": _("领域"),
    "fields": _("专长"), "month": _("月份"), "name": _("姓名"), "price": _("价款"), "principal": _("拖欠金额"),
    "reason": _("理由"), "sort": _("类别"), "stall": _("摊位号"), "title": _("名称"), "until": _("截止日"),
    "uscc": _("统一社会信用代码"), "words": _("说明"), "year": _("年度"),
}  # fmt: skip


@register.filter
def named(fields: Mapping[str, object]) -> list[tuple[str, object]]:
    """Each field with what is wrong, called as the reader knows it (its code where it has no name here)."""
    return [(gettext(NAMES[code]) if code in NAMES else code, what) for code, what in fields.items()]
