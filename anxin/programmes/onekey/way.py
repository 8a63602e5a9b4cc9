"""The whole way of a kind, printed: who gets it, how long each has, what may be done when, what stands guard.

Everything is read from what is declared (kinds, rules, verbs, rights, guards, reactions, lists), so that it cannot
differ from what the program does.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from anxin.kernel import access, areas, bodies, clock, flow, matters, orders, registry
from anxin.kernel.areas import Place
from anxin.kernel.bodies import Body
from anxin.kernel.errors import AnxinError, OutsideTheCity, UnknownKind
from anxin.kernel.orders import HELPER, LEAD
from anxin.kernel.registry import Guard, Kind, Part
from anxin.programmes.onekey import diversion

ROLES = {
    "seat": "热线座席",
    "calltaker": "110接警员",
    "operator": "网络巡查登记员",
    "dispatcher": "指挥调度员",
    "desk": "专席坐席",
    "field": "处置队",
    "clerk": "承办联络员",
    "grid_worker": "网格员",
    "grid_head": "网格长",
    "auxiliary_police": "网格辅警",
    "callback": "回访专员",
    "arbiter": "权属裁定员",
    "supervisor": "督办员",
    "leader": "领导",
    "mediator": "人民调解员",
    "manager": "场所管理员",
    "employer": "企业负责人",
    "village": "村社干部",
    "channel": "对接平台",
    "resident": "诉求人",
    "system": "系统",
    "admin": "系统管理员",
}
SORTS = {
    "town_command": ("镇街综合信息指挥室", "town command room"),
    "department": ("部门", "department"),
    "company": ("公司", "company"),
    "committee": ("村社委员会", "village or community committee"),
    "police": ("公安", "police"),
    "team": ("应急处置队", "field team"),
}
WORDS = {
    "route": ("谁来办", "Who acts"),
    "part": ("角色", "part"),
    "body": ("单位", "body"),
    "asked": ("所找职能", "asked for"),
    "task": ("任务", "task"),
    "limits": ("时限", "Limits"),
    "runs": ("适用", "runs for"),
    "limit": ("时限", "limit"),
    "from": ("起算", "counts from"),
    "rule": ("规则与版本", "rule and version"),
    "since": ("生效", "in force since"),
    "source": ("依据", "source"),
    "steps": ("步骤（按办理顺序）", "Steps, in life order"),
    "own_steps": ("记录中的专有步骤", "Steps of its own, written down as notes"),
    "code": ("代码", "code"),
    "verb": ("动作", "verb"),
    "when": ("何时可用", "when"),
    "who": ("谁可用", "who may"),
    "checks": ("把关与联动", "guards and reactions"),
    "diversion": ("分流清单", "Diversion list"),
    "side": ("受理方", "side"),
    "item": ("事项", "item"),
    "taker": ("承接", "taken by"),
    "refusals": ("12345不予受理的情形与途径", "What 12345 does not take, and the right way"),
    "reason": ("情形", "reason"),
    "way": ("正确途径", "right way"),
    "lead": ("主办", "lead"),
    "helper": ("协办", "helper"),
    "whole": ("整件事项", "the whole matter"),
    "guard": ("把关", "guard"),
    "then": ("随后", "then"),
    "always": ("任何状态", "any state"),
    "order": ("工单", "order"),
}
STEPS_OF_THE_HOUSE = {"report": "登记"}
STARTED_BY = {
    "handle.again": "reopen",
    "overdue.again": "warn",
    "return.ask": "dispatch",
    "return.decide": "hand_back",
    "callback": "reply",
    "verify": "report",
    "alert": "report",
}
"""Limits of the matter itself, beside the whole one, and the step from which they count."""


def find(code: str) -> Kind:
    """The kind with this code, also without its programme's name. Raises UnknownKind with what is alike."""
    known = registry.kinds()
    for each in (code, f"onekey.{code}"):
        if each in known:
            return known[each]
    alike = difflib.get_close_matches(f"onekey.{code.removeprefix('onekey.')}", known, n=3, cutoff=0.5)
    raise UnknownKind("、".join(alike or known), fields={"kind": code})


def place_called(name: str) -> Place:
    """The place with this code or name. Raises OutsideTheCity."""
    tree = areas.tree()
    area = tree.by_code.get(name) or next((a for a in tree.areas.values() if name == a.name and not a.valid_to), None)
    if area is None:
        raise OutsideTheCity(fields={"place": name})
    return tree.place(area.pk, areas.today())


def way(kind: Kind, place: Place | None = None, day: date | None = None) -> dict[str, Any]:
    """The way of a kind as plain data (what --json prints), as declared on a day (today)."""
    on = day or areas.today()
    return {
        "kind": kind.code,
        "title": kind.title,
        "title_en": kind.title_en,
        "on_site": kind.on_site,
        "confidential": kind.private,
        "needs_place": kind.place_needed,
        "needs_proof": kind.needs_proof,
        "route": [
            _part(role, part, place) for role, part in ((LEAD, kind.lead), *((HELPER, each) for each in kind.helpers))
        ],
        "limits": _limits(kind, on),
        "steps": [_step(kind, name) for name in ("report", *flow.VERBS)],
        "own_steps": [
            {"code": each.code, "title": each.title, "title_en": each.title_en} for each in registry.steps(kind.code)
        ],
        "diversion": [
            {
                "side": item.side,
                "class": item.group,
                "class_en": item.group_en,
                "item": item.title,
                "item_en": item.title_en,
                "taker": item.taker,
                "version": item.version,
                "source": item.source,
                "provenance": item.provenance,
            }
            for item in diversion.in_force(on)
            if item.kind == kind.code
        ],
        "refusals": [
            {
                "code": row.code,
                "reason": row.reason,
                "reason_en": row.reason_en,
                "route": row.route,
                "route_en": row.route_en,
                "source": row.source,
                "provenance": row.provenance,
            }
            for row in diversion.not_taken(on)
        ],
    }


def _part(role: str, part: Part, place: Place | None) -> dict[str, Any]:
    directory = bodies.directory() if place else None
    found = directory.find(part.role, place) if directory and place else None
    sort, _, function = part.role.partition(":")
    title, title_en = SORTS.get(sort, (sort, sort))
    return {
        "role": role,
        "asked": part.role,
        "title": f"{title}（{function}）" if function else title,
        "title_en": f"{title_en} ({function})" if function else title_en,
        "task": part.task,
        "body": directory.by_id[found].name if directory and found else None,
    }


def _limits(kind: Kind, day: date) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], None] = {}
    for role, part in ((LEAD, kind.lead), *((HELPER, each) for each in kind.helpers)):
        for code in kind.clocks(kind, Body(kind=part.role.partition(":")[0]), role):
            found[role, code] = None
    for code in (kind.whole, *kind.whole_by_urgency.values(), *STARTED_BY):
        found["whole", code] = None
    return [_limit(kind, runs, code, day) for runs, code in found if code in registry.rules()]


def _limit(kind: Kind, runs: str, code: str, day: date) -> dict[str, Any]:
    rule = clock.rule_on(registry.rules()[code], code, day)
    return {
        "runs": runs,
        "urgency": [each for each in matters.URGENCIES if kind.whole_for(each) == code],
        "from": STARTED_BY.get(code, "report" if runs == "whole" else "dispatch"),
        "rule": rule.code,
        "version": rule.version,
        "amount": rule.limit.amount,
        "unit": str(rule.limit.unit),
        "limit": str(rule.limit),
        "max_pause": str(rule.max_pause) if rule.max_pause else None,
        "effective": rule.effective.isoformat(),
        "source": rule.source,
        "provenance": rule.provenance,
    }


def _step(kind: Kind, name: str) -> dict[str, Any]:
    verb = flow.VERBS.get(name)
    doc = (flow.report.__doc__ if verb is None else verb.__doc__) or ""
    return {
        "verb": name,
        "title": verb.title if verb else STEPS_OF_THE_HOUSE[name],
        "meaning": doc.strip().partition("\n")[0],
        "states": list(verb.states) if verb else [],
        "order_states": list(verb.order_states or ()) if verb else [],
        "who": [*sorted(access.VERBS.get(name, frozenset()), key=list(ROLES).index), "system"],
        "guards": [_guard(guard) for when in (name, f"{name}:after") for guard in registry.guards(kind.code, when)],
        "reactions": [
            {"title": r.title, "title_en": r.title_en, "source": r.source, "provenance": r.provenance}
            for r in registry.reactions().get(name, ())
            if not r.kinds or kind.code in r.kinds
        ],
    }


def _guard(guard: Guard) -> dict[str, Any]:
    return {
        "title": guard.title,
        "title_en": guard.title_en,
        "source": guard.source,
        "provenance": guard.provenance,
    }


# ---- on the terminal --------------------------------------------------------------------------------------------


def command(kind: str, place: str = "", en: bool = False, as_json: bool = False) -> None:
    """Print the whole way of a kind: steps, route, limits, guards, reactions, lists. Exit code 2 when it is unknown."""
    console = Console()
    try:
        found = way(find(kind), place_called(place) if place else None)
    except AnxinError as error:
        console.print(Text(error.message))
        raise SystemExit(2) from None
    if as_json:
        console.out(json.dumps(found, ensure_ascii=False, indent=2), highlight=False)
        return
    show(console, found, en=en)


def show(console: Console, found: Mapping[str, Any], *, en: bool = False) -> None:
    """Print a way as tables."""
    words = {name: pair[en] for name, pair in WORDS.items()}
    suffix = "_en" if en else ""
    console.print()
    console.print(Text(f"{found['title' + suffix]}  {found['kind']}", style="bold"))
    console.print(_route(found, words, suffix), _limits_table(found, words, en))
    console.print(_steps(found, words, en))
    named = ((each["code"], each["title" + suffix]) for each in found["own_steps"])
    console.print(_table(words["own_steps"], (words["code"], words["verb"]), named))
    console.print(
        _table(
            words["diversion"],
            (words["side"], words["item"], words["taker"], words["source"]),
            (
                (r["side"], f"{r['class' + suffix]} - {r['item' + suffix]}", r["taker"], _paper(r))
                for r in found["diversion"]
            ),
        ),
        _table(
            words["refusals"],
            (words["reason"], words["way"], words["source"]),
            ((r["reason" + suffix], r["route" + suffix], _paper(r)) for r in found["refusals"]),
        ),
    )


def _paper(row: Mapping[str, Any]) -> str:
    return f"{row['source']} [{row['provenance'].partition('：')[0]}]"


def _table(title: str, heads: tuple[str, ...], rows: Any) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", expand=True, show_lines=False)
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(cell)) for cell in row))
    return table


def _route(found: Mapping[str, Any], words: Mapping[str, str], suffix: str) -> Table:
    rows = ((words[r["role"]], r["body"] or r["title" + suffix], r["asked"], r["task"]) for r in found["route"])
    return _table(words["route"], (words["part"], words["body"], words["asked"], words["task"]), rows)


def _limits_table(found: Mapping[str, Any], words: Mapping[str, str], en: bool) -> Table:
    verbs = {step["verb"]: step["verb"] if en else step["title"] for step in found["steps"]}
    rows = (
        (
            _listed((words[r["runs"]], *(each if en else matters.URGENCIES[each] for each in r["urgency"])), en),
            f"{r['amount']} {r['unit']}" if en else r["limit"],
            verbs[r["from"]],
            f"{r['rule']}@{r['version']}",
            r["effective"],
            f"{r['source']} [{r['provenance']}]",
        )
        for r in found["limits"]
    )
    heads = ("runs", "limit", "from", "rule", "since", "source")
    return _table(words["limits"], tuple(words[head] for head in heads), rows)


def _steps(found: Mapping[str, Any], words: Mapping[str, str], en: bool) -> Table:
    rows = []
    for step in found["steps"]:
        states = [each if en else matters.STATES[each] for each in step["states"]]
        on_order = [each if en else orders.STATES[each] for each in step["order_states"]]
        if on_order:
            states.append(f"{words['order']} {_listed(on_order, en)}")
        who = step["who"] if en else [ROLES[role] for role in step["who"]]
        checks = [f"{words['guard']}: {_said(each, en)}" for each in step["guards"]]
        checks += [f"{words['then']}: {_said(each, en)}" for each in step["reactions"]]
        title = f"{step['verb']}: {step['meaning']}" if en else f"{step['title']} {step['verb']}"
        rows.append((title, _listed(states, en) or words["always"], _listed(who, en), "\n".join(checks)))
    return _table(words["steps"], (words["verb"], words["when"], words["who"], words["checks"]), rows)


def _listed(parts: Iterable[str], en: bool) -> str:
    return (", " if en else "、").join(parts)


def _said(each: Mapping[str, Any], en: bool) -> str:
    paper = f"{each['source']} [{each['provenance']}]"
    return f"{each['title_en']} - {paper}" if en else f"{each['title']}——{paper}"
