"""The base map an operator has chosen, or none: read from the settings, with the hosts a browser may then ask.

ANXIN_BASEMAP        ""  |  tianditu:<key>  |  pmtiles:<path or address>  |  <address with {z}/{x}/{y}>
ANXIN_BASEMAP_DATUM  wgs84 | gcj02 : what the base map speaks. Own areas and points are shifted to it, picks back.
ANXIN_BASEMAP_CREDIT what stands in the corner of the map (source, approval number of the map)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from anxin.kernel.errors import BadInput


class BadBasemap(BadInput):
    """底图设置有误，请检查 ANXIN_BASEMAP。"""

    code = "bad_basemap"


@dataclass(frozen=True, kw_only=True)
class Basemap:
    """A base map: `sort` is "", "raster" or "pmtiles"; `tiles` its layers, lowest first; `file` our own PMTiles."""

    sort: str = ""
    tiles: tuple[str, ...] = ()
    url: str = ""
    file: Path | None = None
    datum: str = "wgs84"
    credit: str = ""
    deepest: int = 18
    hosts: tuple[str, ...] = ()

    def told(self) -> dict[str, Any] | None:
        """What the browser is told of it; None: there is none."""
        if not self.sort:
            return None
        return {"sort": self.sort, "tiles": self.tiles, "url": self.url, "credit": self.credit, "deepest": self.deepest}


def _tianditu(layer: str, key: str) -> str:
    return (
        f"https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
        f"&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
    )


def _host(address: str) -> tuple[str, ...]:
    """The host a browser must be allowed to ask; none for our own. Raises BadBasemap."""
    parts = urlsplit(address)
    if not parts.scheme and address.startswith("/") and not address.startswith("//"):
        return ()
    host = parts.netloc.replace("{s}", "*")
    plain = host.removeprefix("*.").replace(":", "").replace("-", "").replace(".", "")
    if parts.scheme not in ("https", "http") or not plain.isascii() or not plain.isalnum():
        raise BadBasemap(address[:80])
    return (f"{parts.scheme}://{host}",)


def read(said: str, *, datum: str = "", credit: str = "", var: Path | None = None) -> Basemap:
    """The base map behind the words of the settings. Raises BadBasemap."""
    datum = datum or "wgs84"
    if datum not in ("wgs84", "gcj02"):
        raise BadBasemap(f"ANXIN_BASEMAP_DATUM: {datum[:20]}")
    if not said:
        return Basemap()
    sort, _, rest = said.partition(":")
    if sort == "tianditu":
        if not (rest.isascii() and rest.isalnum()):
            raise BadBasemap("tianditu:<key>")
        return Basemap(
            sort="raster",
            tiles=(_tianditu("vec", rest), _tianditu("cva", rest)),
            credit=credit or "天地图",
            hosts=("https://*.tianditu.gov.cn",),
        )
    if sort == "pmtiles":
        if rest.startswith(("https://", "http://")):
            return Basemap(sort="pmtiles", url=rest, datum=datum, credit=credit, hosts=_host(rest))
        file = (var or settings.VAR) / rest
        if not rest or not file.is_file():
            raise BadBasemap(f"{rest[:80]}: 没有这个文件")
        return Basemap(sort="pmtiles", url="/maps/base.pmtiles", file=file, datum=datum, credit=credit)
    if not all(part in said for part in ("{z}", "{x}", "{y}")):
        raise BadBasemap(said[:80])
    return Basemap(sort="raster", tiles=(said,), datum=datum, credit=credit, hosts=_host(said))


@cache
def chosen() -> Basemap:
    """The base map of this installation. Raises BadBasemap."""
    return read(settings.BASEMAP, datum=settings.BASEMAP_DATUM, credit=settings.BASEMAP_CREDIT)
