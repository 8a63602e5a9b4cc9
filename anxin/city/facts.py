"""The shapes of what the demo city states: areas, landmarks, bodies, posts, the cast and messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

DATA = Path(__file__).parent / "jiaxing"

Level = Literal["province", "city", "county", "town", "village", "grid", "microgrid"]
BodyKind = Literal[
    "hotline", "police", "centre", "town_command", "team", "department", "company", "committee",
    "peace_office", "network_centre", "mediation", "organiser", "village_company", "enterprise",
]  # fmt: skip
Role = Literal[
    "seat", "calltaker", "operator", "dispatcher", "desk", "field", "clerk", "grid_worker", "grid_head",
    "auxiliary_police", "callback", "arbiter", "supervisor", "leader", "admin",
    "mediator", "manager", "employer", "village",
]  # fmt: skip
ChannelName = Literal["hotline", "police", "grid", "publicpost", "web"]
Nature = Literal["咨询", "求助", "投诉", "举报", "建议"]
Urgency = Literal["ordinary", "urgent", "emergency"]
GeoJSON = dict[str, Any]


@dataclass(frozen=True)
class AreaFact:
    """One area during one period of validity.

    An area that moved to another parent is stated once for each period, under one code. `boundary` is GeoJSON
    and `centre` is (lat, lon), both WGS-84; `approximate` says that this program drew the boundary and nobody
    surveyed it. `valid_to` is the first day on which the fact no longer holds, or None.
    """

    code: str
    level: Level
    name: str
    parent_code: str | None
    aliases: tuple[str, ...]
    boundary: GeoJSON | None
    centre: tuple[float, float]
    approximate: bool
    valid_from: date
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether this fact is true on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True)
class LandmarkFact:
    """A place people name when they call; its point (WGS-84) is approximate even where the name is real."""

    name: str
    kind: str
    town_code: str
    village_code: str | None
    lat: float
    lon: float
    synthetic: bool
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class BodyFact:
    """An organisation that can hold orders: an office, a team, a company or a committee."""

    code: str
    kind: BodyKind
    name: str
    area_code: str
    parent_code: str | None


@dataclass(frozen=True)
class PostFact:
    """A seat in a body with its duty, which stays when the person changes; `area_code` narrows it."""

    code: str
    body_code: str
    title: str
    role: Role
    area_code: str | None = None


@dataclass(frozen=True)
class CastMember:
    """A person of the stories; `posts` are held from `since`; residents live at `landmark`."""

    name: str
    login: str
    posts: tuple[str, ...]
    since: date
    resident: bool = False
    landmark: str | None = None


@dataclass(frozen=True)
class MessageFact:
    """A message in somebody's voice; `twin` is the id of an earlier message about the same thing."""

    id: str
    channel: ChannelName
    voice: str
    title: str
    narrative: str
    kind: str
    nature: Nature
    town: str
    place: str
    landmark: str | None
    urgency: Urgency
    has_contact: bool
    twin: str | None
    needs: tuple[str, ...]

    @property
    def text(self) -> str:
        """Title and narrative as one text."""
        return f"{self.title}\n{self.narrative}"
