"""The names of the demo city as the place finder wants them, without a database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from shapely.geometry import Point

from anxin.city.areas import HEXING_SINCE, areas_on
from anxin.city.landmarks import landmarks
from anxin.city.tiling import Shape, as_shape
from anxin.understanding.place import Spot

LEVELS = {"road": "road", "estate": "estate", "market": "market", "mall": "market", "school": "school"}
"""Which kinds of landmarks have a level of their own; every other one is a point."""

FORMER_COUNTIES = {
    "南湖区": ("秀城区", "城区"),
    "秀洲区": ("郊区",),
}
FORMER_TOWNS = {
    ("南湖区", "大桥镇"): ("步云镇", "步云乡"),
    ("南湖区", "凤桥镇"): ("新篁镇",),
    ("秀洲区", "王江泾镇"): ("田乐乡", "田乐镇", "虹阳乡", "南汇镇"),
    ("秀洲区", "油车港镇"): ("栖真镇", "马厍镇"),
    ("嘉善县", "天凝镇"): ("杨庙镇", "洪溪镇"),
    ("嘉善县", "姚庄镇"): ("丁栅镇", "俞汇镇"),
    ("嘉善县", "西塘镇"): ("大舜镇", "下甸庙镇"),
    ("平湖市", "独山港镇"): ("黄姑镇", "全塘镇"),
    ("海盐县", "澉浦镇"): ("六里镇", "六里乡"),
    ("海宁市", "许村镇"): ("许巷镇", "沈士镇"),
    ("海宁市", "长安镇"): ("盐仓镇",),
    ("海宁市", "斜桥镇"): ("庆云镇",),
    ("海宁市", "盐官镇"): ("郭店镇", "丰士镇"),
    ("海宁市", "黄湾镇"): ("尖山新区",),
    ("桐乡市", "凤鸣街道"): ("同福乡", "同福镇", "灵安镇"),
    ("桐乡市", "高桥街道"): ("骑塘乡", "骑塘镇", "南日镇"),
    ("桐乡市", "崇福镇"): ("虎啸镇", "上市镇", "芝村镇"),
    ("桐乡市", "石门镇"): ("羔羊乡", "羔羊镇"),
}
"""Towns that were joined to others before our records begin, as commonly remembered; not checked against a decree."""


def spots(day: date = HEXING_SINCE) -> Iterator[Spot]:
    """Every named thing of the demo city on a day: areas from the province to the grid, then the landmarks.

    A landmark stands in its grid, or in its town where its village is not known. Draws the borders first: takes about
    two seconds.
    """
    today = [fact for fact in areas_on(day) if fact.level != "microgrid"]
    names = {fact.code: fact.name for fact in today}
    for fact in today:
        county = names.get(fact.parent_code or "", "")
        former = FORMER_COUNTIES.get(fact.name, ()) if fact.level == "county" else ()
        former += FORMER_TOWNS.get((county, fact.name), ())
        if fact.level == "town":
            former += tuple(each for each in fact.aliases if each.endswith(("街道", "镇")) and each != fact.name)
        yield Spot(
            code=fact.code,
            level=fact.level,
            name=fact.name,
            aliases=tuple(each for each in fact.aliases if each not in former),
            former=former,
            within=fact.parent_code or "",
            lat=fact.centre[0],
            lon=fact.centre[1],
        )
    grids: dict[str, list[tuple[str, Shape]]] = {}
    for fact in today:
        if fact.level == "grid":
            grids.setdefault(fact.parent_code or "", []).append((fact.code, as_shape(fact.boundary)))
    for count, place in enumerate(landmarks(today), start=1):
        within = place.village_code or place.town_code
        for code, shape in grids.get(within, ()):
            if shape.contains(Point(place.lon, place.lat)):
                within = code
                break
        yield Spot(
            code=f"landmark.{count:03d}",
            level=LEVELS.get(place.kind, "point"),
            name=place.name,
            aliases=place.aliases,
            within=within,
            lat=place.lat,
            lon=place.lon,
        )
