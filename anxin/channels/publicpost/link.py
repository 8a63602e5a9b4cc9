"""When two links lead to the same post, and what of a link is kept where."""

from __future__ import annotations

import hashlib
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.utils.translation import gettext

from anxin.kernel.errors import BadInput

LONGEST = 1000
NAMES_CONTENT = frozenset(
    {"id", "v", "p", "mid", "aid", "bvid", "cid", "tid", "fid", "pid", "vid", "sn", "idx", "__biz"}
    | {"modal_id", "item_id", "note_id", "post_id", "article_id", "docid"}
)
"""Query fields that say which post it is. All others (who shared it, from where, campaign) are left out."""


def tidy(link: str) -> str:
    """The link as it is compared: host in small letters without www. or m., only what names the post, no fragment.

    Short links are not followed (nothing is fetched), so a post may come in twice under two short links; the desk
    merges those. Raises BadInput for anything that is not a link to a page on the net.
    """
    link = link.strip()
    try:
        parts = urlsplit(link if len(link) <= LONGEST else "")
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if parts.scheme not in ("http", "https") or "." not in host or parts.username:
        raise BadInput(fields={"link": gettext("请粘贴公开网页的完整链接（http 或 https）")})
    for start in ("www.", "m."):
        host = host.removeprefix(start)
    named = sorted((name, value) for name, value in parse_qsl(parts.query) if name in NAMES_CONTENT)
    return f"{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}{'?' if named else ''}{urlencode(named)}"


def mark(link: str) -> str:
    """The fingerprint of a link. It stands in the journal; the link itself, which may name a person, can be erased."""
    return f"post:{hashlib.sha256(tidy(link).encode()).hexdigest()[:32]}"
