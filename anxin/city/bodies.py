"""The bodies of the demo city, the posts in them and the named cast that holds some of them.

The bodies are plausible defaults: an installation replaces them by its own list. Their codes are the code of
the area and an English word, `330402.water` or `330402015.command`; a post adds its own word,
`330402015.command.dispatcher-1`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from anxin.city.areas import CITY, JIASHAN, QIXING
from anxin.city.facts import AreaFact, BodyFact, BodyKind, CastMember, PostFact, Role

__all__ = [
    "CAST",
    "COMPANIES",
    "DEPARTMENTS",
    "STARTED",
    "STORY_GRID",
    "BodyFact",
    "CastMember",
    "PostFact",
    "bodies",
    "posts",
]

# The month in which the city began to join 12345, 110 and the town platforms; the cast holds its posts since.
STARTED = date(2023, 4, 1)

# Slug and Chinese name; the name of the county or city goes before it.
DEPARTMENTS: dict[str, str] = {
    "enforcement": "综合行政执法局",
    "water": "水利局",
    "housing": "住房和城乡建设局",
    "market": "市场监督管理局",
    "environment": "生态环境局",
    "labour": "人力资源和社会保障局",
    "transport": "交通运输局",
    "education": "教育局",
    "health": "卫生健康局",
    "emergency": "应急管理局",
    "fire": "消防救援大队",
    "civil": "民政局",
    "agriculture": "农业农村局",
    "planning": "自然资源和规划局",
    "culture": "文化广电旅游体育局",
    "petition": "信访局",
    "justice": "司法局",
    "insurance": "医疗保障局",
    "services": "政务服务管理办公室",
    "tobacco": "烟草专卖局",
}
COMPANIES: dict[str, str] = {
    "power": "供电公司",
    "waterworks": "水务公司",
    "gas": "燃气公司",
    "telecom": "通信联络站",
    "bus": "公交公司",
}
# Names that differ from the pattern.
SPECIAL_NAMES = {
    "330400.fire": "嘉兴市消防救援支队",
    "330402.power": "国网南湖供电所",
    "330400.traffic": "嘉兴市公安局交通警察支队",
}

HOTLINE = f"{CITY}.hotline"
CALL_110 = f"{CITY}.call110"
PEACE = f"{CITY}.peace"
NETWORK_CENTRE = "330402.network"

ROSTER_TOWNS = (QIXING, JIASHAN, "330411005201")
LUOXING = f"{JIASHAN}002"
LUOXING_VILLAGE = f"{LUOXING}001"


def bodies(areas: Iterable[AreaFact]) -> Iterator[BodyFact]:
    """Every body for the areas of one day (see `areas.areas_on`), parents before children."""
    kept = list(areas)
    yield BodyFact(PEACE, "peace_office", "嘉兴市平安办", CITY, None)
    yield BodyFact(HOTLINE, "hotline", "嘉兴市12345政务服务便民热线", CITY, PEACE)
    yield BodyFact(f"{CITY}.police", "police", "嘉兴市公安局", CITY, None)
    yield BodyFact(CALL_110, "police", "嘉兴市公安局110指挥中心", CITY, f"{CITY}.police")
    yield BodyFact(f"{CITY}.traffic", "police", SPECIAL_NAMES[f"{CITY}.traffic"], CITY, f"{CITY}.police")
    yield from _offices(CITY, "嘉兴市", "嘉兴", None)
    counties = [fact for fact in kept if fact.level == "county"]
    towns = [fact for fact in kept if fact.level == "town"]
    for county in counties:
        yield from _county_bodies(county)
    for town in towns:
        yield from _town_bodies(town)
    town_names = {town.code: town.name for town in towns}
    for village in kept:
        if village.level == "village" and village.parent_code:
            committee = _committee(village, town_names[village.parent_code])
            yield committee
            yield _mediators(village, town_names[village.parent_code], committee.code)
    yield from OF_THE_STORIES


def _mediators(village: AreaFact, town: str, above: str) -> BodyFact:
    return BodyFact(
        f"{village.code}.mediation", "mediation", f"{town}{village.name}人民调解委员会", village.code, above
    )


def _offices(code: str, name: str, short: str, above: str | None) -> Iterator[BodyFact]:
    """The departments and companies of the city or of a county; each below its like one level up."""
    offices: list[tuple[str, str, BodyKind]] = []
    offices += [(slug, f"{name}{title}", "department") for slug, title in DEPARTMENTS.items()]
    offices += [(slug, f"{short}{title}", "company") for slug, title in COMPANIES.items()]
    for slug, title, kind in offices:
        body = f"{code}.{slug}"
        yield BodyFact(body, kind, SPECIAL_NAMES.get(body, title), code, above and f"{above}.{slug}")


def _county_bodies(county: AreaFact) -> Iterator[BodyFact]:
    code, name = county.code, county.name
    police = f"{name}公安分局" if name.endswith("区") else f"{name}公安局"
    yield BodyFact(f"{code}.peace", "peace_office", f"{name}平安办", code, PEACE)
    yield BodyFact(f"{code}.centre", "centre", f"{name}社会治理中心“民声一键办”专席", code, f"{code}.peace")
    yield BodyFact(f"{code}.police", "police", police, code, f"{CITY}.police")
    yield BodyFact(f"{code}.traffic", "police", f"{police}交通警察大队", code, f"{CITY}.traffic")
    if f"{code}.network" == NETWORK_CENTRE:
        yield BodyFact(NETWORK_CENTRE, "network_centre", f"{name}网络治理中心", code, f"{code}.peace")
    yield from _offices(code, name, name[:-1], CITY)


def _town_bodies(town: AreaFact) -> Iterator[BodyFact]:
    code, name, county = town.code, town.name, town.parent_code
    short = name.removesuffix("街道").removesuffix("镇")
    yield BodyFact(f"{code}.command", "town_command", f"{name}综合信息指挥室", code, f"{county}.centre")
    yield BodyFact(f"{code}.team", "team", f"{name}应急处置队", code, f"{code}.command")
    yield BodyFact(f"{code}.police", "police", f"{short}派出所", code, f"{county}.police")


def _committee(village: AreaFact, town: str) -> BodyFact:
    ending = "居民委员会" if village.name.endswith("社区") else "村民委员会"
    code, above = f"{village.code}.committee", f"{village.parent_code}.command"
    return BodyFact(code, "committee", f"{town}{village.name}{ending}", village.code, above)


# Bodies of the programmes' stories; the enterprises and companies are invented.
OF_THE_STORIES = (
    BodyFact("330483101.market", "organiser", "濮院羊毛衫市场管理有限公司", "330483101", None),
    BodyFact("330411005201.company", "village_company", "新义村强村公司", "330411005201", "330411005201.committee"),
    BodyFact("330411005201.enterprise-1", "enterprise", "嘉禾纺织有限公司", "330411005201", None),
    BodyFact("330411005201.enterprise-2", "enterprise", "秀水电子有限公司", "330411005201", None),
)

# What every body of a kind has: word, title, role, how many.
_POSTS_OF: dict[BodyKind, tuple[tuple[str, str, Role, int], ...]] = {
    "hotline": (
        ("seat", "受理座席", "seat", 12),
        ("callback", "回访专员", "callback", 3),
        ("supervisor", "督办专员", "supervisor", 2),
        ("leader", "热线负责人", "leader", 1),
    ),
    "police": (("clerk", "联络员", "clerk", 1), ("leader", "值班领导", "leader", 1)),
    "centre": (
        ("desk", "专席坐席", "desk", 2),
        ("arbiter", "权属裁定员", "arbiter", 1),
        ("supervisor", "督办员", "supervisor", 1),
        ("leader", "中心负责人", "leader", 1),
    ),
    "town_command": (
        ("dispatcher", "指挥调度员", "dispatcher", 2),
        ("supervisor", "督查员", "supervisor", 1),
        ("leader", "指挥室主任", "leader", 1),
    ),
    "team": (("head", "处置队队长", "field", 1), ("field", "处置队队员", "field", 2)),
    "department": (("clerk", "承办联络员", "clerk", 1), ("leader", "分管领导", "leader", 1)),
    "company": (("clerk", "承办联络员", "clerk", 1),),
    "committee": (("clerk", "承办联络员", "clerk", 1), ("village", "村社干部", "village", 1)),
    "mediation": (("mediator", "人民调解员", "mediator", 3),),
    "organiser": (("manager", "市场管理员", "manager", 1),),
    "village_company": (("manager", "公寓管理员", "manager", 1),),
    "enterprise": (("employer", "宿舍负责人", "employer", 1),),
    "peace_office": (("supervisor", "督导员", "supervisor", 1), ("leader", "平安办负责人", "leader", 1)),
    "network_centre": (("operator", "巡查登记员", "operator", 2), ("leader", "中心负责人", "leader", 1)),
}
_GRID_TEAM: tuple[tuple[str, str, Role], ...] = (
    ("head", "网格长", "grid_head"),
    ("worker", "专职网格员", "grid_worker"),
    ("auxiliary", "网格辅警", "auxiliary_police"),
)


def posts(areas: Iterable[AreaFact]) -> Iterator[PostFact]:
    """Every post, most of them vacant: those of each body, and three for each grid of 七星街道 and 嘉善县."""
    kept = list(areas)
    yield PostFact(f"{PEACE}.admin", PEACE, "系统管理员", "admin", CITY)
    for number in range(1, 7):
        yield PostFact(f"{CALL_110}.calltaker-{number}", CALL_110, f"接警员{number}号席", "calltaker", CITY)
    for body in bodies(kept):
        for word, title, role, count in _POSTS_OF[body.kind]:
            for number in range(1, count + 1):
                code = f"{body.code}.{word}-{number}" if count > 1 else f"{body.code}.{word}"
                yield PostFact(code, body.code, f"{title}{number}" if count > 1 else title, role, body.area_code)
    for grid in (fact for fact in kept if fact.level == "grid" and fact.code.startswith(ROSTER_TOWNS)):
        for word, title, role in _GRID_TEAM:
            yield PostFact(f"{grid.code}.{word}", f"{grid.parent_code}.committee", title, role, grid.code)


# The grid of the flooded-garage story; a test holds it to the grid that `areas` names 湘南网格.
STORY_GRID = "330402015004003"

# Invented persons.
CAST: tuple[CastMember, ...] = (
    CastMember("王建国", "wang.jianguo", (), STARTED, resident=True, landmark="湘南公寓"),
    CastMember("许静", "xu.jing", (), STARTED, resident=True, landmark="湘城雅苑"),
    CastMember("陈敏", "chen.min", (f"{HOTLINE}.seat-1",), STARTED),
    CastMember("冯雪", "feng.xue", (f"{HOTLINE}.callback-1",), STARTED),
    CastMember("赵强", "zhao.qiang", (f"{CALL_110}.calltaker-1",), STARTED),
    CastMember("林波", "lin.bo", (f"{NETWORK_CENTRE}.operator-1",), STARTED),
    CastMember("李娟", "li.juan", (f"{QIXING}.command.dispatcher-1",), STARTED),
    CastMember("周伟", "zhou.wei", (f"{QIXING}.team.head",), STARTED),
    CastMember("吴芳", "wu.fang", (f"{STORY_GRID}.worker",), STARTED),
    CastMember("孙立", "sun.li", ("330402.water.clerk",), STARTED),
    CastMember("何丽", "he.li", ("330402.power.clerk",), STARTED),
    CastMember("马骏", "ma.jun", ("330402.fire.clerk",), STARTED),
    CastMember("钱进", "qian.jin", ("330402.enforcement.clerk",), STARTED),
    CastMember("郑华", "zheng.hua", ("330402.centre.arbiter", "330402.centre.supervisor"), STARTED),
    CastMember("沈涛", "shen.tao", (f"{PEACE}.leader",), STARTED),
    CastMember("高扬", "gao.yang", (f"{PEACE}.admin",), STARTED),
    CastMember("陆平", "lu.ping", ("330483101025.mediation.mediator-1",), STARTED),
    CastMember("施慧", "shi.hui", ("330483101025.mediation.mediator-2",), STARTED),
    CastMember("庄严", "zhuang.yan", ("330483.justice.clerk",), STARTED),
    CastMember("顾军", "gu.jun", ("330483101.market.manager",), STARTED),
    CastMember("徐强", "xu.qiang", ("330411005201.company.manager",), STARTED),
    CastMember("费明", "fei.ming", ("330411005201.committee.village",), STARTED),
    CastMember("金丽", "jin.li", ("330411005201.enterprise-1.employer",), STARTED),
    CastMember("汤海", "tang.hai", ("330411005201001.worker",), STARTED),
    CastMember("姚兰", "yao.lan", ("330411005.command.dispatcher-1",), STARTED),
    CastMember("龚亮", "gong.liang", ("330411.fire.clerk",), STARTED),
    CastMember("陶勇", "tao.yong", (f"{LUOXING_VILLAGE}001.head",), STARTED),
    CastMember("盛丽", "sheng.li", (f"{LUOXING_VILLAGE}001.worker",), STARTED),
    CastMember("奚强", "xi.qiang", (f"{LUOXING_VILLAGE}001.auxiliary",), STARTED),
    CastMember("柏云", "bai.yun", (f"{LUOXING_VILLAGE}002.worker",), STARTED),
    CastMember("鲍敏", "bao.min", (f"{LUOXING_VILLAGE}.committee.village",), STARTED),
    CastMember("莫凡", "mo.fan", (f"{LUOXING}.command.dispatcher-1",), STARTED),
    CastMember("祝红", "zhu.hong", (f"{JIASHAN}.centre.supervisor",), STARTED),
)
