"""Open311 (GeoReport v2): apps of others report to the city and read what everybody may know, in the common form."""

from anxin.kernel.registry import Channel

CHANNEL = Channel(
    code="open311",
    title="Open311 开放接口",
    title_en="Open311",
    urls="anxin.channels.open311.doors",
    at="open311/",
)
