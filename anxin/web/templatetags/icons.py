"""Icons of the kit by name, from the one file the build makes of those that are used."""

from __future__ import annotations

from functools import cache
from hashlib import sha256

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@cache
def _sprite() -> str:
    file = settings.BUILT / "icons.svg"
    return f"{static('built/icons.svg')}?{sha256(file.read_bytes()).hexdigest()[:12]}" if file.exists() else ""


@register.simple_tag
def icon(name: str) -> SafeString:
    """The icon with this name, beside words that say what it means: screen readers pass it over."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', _sprite(), name
    )
