"""`{% load django_vite %}`: what the build has made, a script as a script and a style as a style.

The library's own tag writes a script for everything, styles that are an entry of their own too; this one stands before
it under the same name.
"""

from __future__ import annotations

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django_vite.core.asset_loader import DjangoViteAssetLoader
from django_vite.templatetags import django_vite as theirs

register = template.Library()
register.tags.update(theirs.register.tags)


@register.simple_tag
def vite_asset(path: str, app: str = "default", **attributes: str) -> SafeString:
    """The tags that load an entry of the build, with the styles it imports."""
    loader = DjangoViteAssetLoader.instance()
    if path.endswith((".scss", ".css")):
        entry = loader._get_app_client(app).manifest.get(path)
        return format_html('<link rel="stylesheet" href="{}">', static(f"built/{entry.file}"))
    tags: str = loader.generate_vite_asset(path, app, **attributes)
    return mark_safe(tags)
