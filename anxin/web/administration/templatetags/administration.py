"""What the pages of administration share: the way between its sections."""

from __future__ import annotations

from typing import Any

from django import template

from anxin.web import session
from anxin.web.administration import front, naming

register = template.Library()


@register.simple_tag(takes_context=True)
def sections(context: dict[str, Any]) -> list[dict[str, Any]]:
    """The sections the reader may enter."""
    return front.sections(session.actor(context["request"]))


@register.simple_tag
def role_name(code: str) -> str:
    """What a role is called."""
    return naming.role(code)
