"""Hot issues: which messages speak of the same place and the same trouble, how hot each issue is, and why.

Two messages belong together when they share what is special (names and things that always come in one company:
`_special`) and speak of the same kind of trouble (`_topics`), and nothing says that they are about different places
(`_elsewhere`). Groups are grown by average linkage, never by chains; then groups that tell the same story are joined.
A word that many people use in the same company is special, one that turns up in every company is not: that is read
off the messages themselves, and what one person writes over and over does not count as company. Nothing here is
trained, nothing is random, the same messages give the same issues. All numbers in this file are our own [INF].
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import rjieba
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform
from sklearn.utils.extmath import randomized_svd

from anxin.kernel.clock import TZ
from anxin.understanding import tables
from anxin.understanding.tables import BadTable
from anxin.understanding.text import clean

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

SUBJECT, BODY, STORY = 120, 250, 500
"""Characters read: of the subject, of the body for what is special, of the body for the kind of trouble [INF]."""
COPIED = 30
"""Characters at the beginning of two bodies that, being the same, show a copied text [INF]."""
TWICE = 2.0
"""How much more a subject's words count than those of the body [INF]."""
COMMON = 0.05
"""What more than this share of the messages say is not special [INF]."""
FEW = 50
"""What so many messages say is not yet common [INF]."""
SKETCH = 256
"""Dimensions in which company is measured [INF]."""
FLOOR = 0.5
"""Share of the usual amount of special words below which a message is hardly compared by them [INF]."""
HALF = 0.04
"""Company (mean cosine) at which a word counts half [INF]."""
DOUBT, EXPECTED, ALONE = 6.0, 0.08, 0.005
"""Pairs of people that outweigh what is expected of a rare word, the expected company, and that of a word that only one
person uses [INF]."""
TOPICS, SAMPLE = 60, 20_000
"""Kinds of trouble told apart, and messages they are read off at most [INF]."""
ENOUGH = 2_000
"""So many messages tell special words from everyday ones; the fewer, the less that is trusted [INF]."""
NEAREST, FEATURES = 60, 32
"""Nearest messages looked at for each one, and its strongest features they are found by [INF]."""
ROOT = 0.4
"""Power of what two messages share: long and short tellings of one thing count nearly alike [INF]."""
LEVEL, APART, ALIKE = 0.12, 0.32, 0.62
"""What is left of a score at unlike trouble; cosine of topics below and above which trouble is unlike, alike [INF]."""
NAMESAKE, RELAX = 0.10, 0.10
"""What is added to what they share, and to the likeness of their trouble, when both name the same estate [INF]."""
PROLIFIC, SAME_VOICE = 40, 0.4
"""From how many messages on a person's manner is known, and what is left of a score between two of theirs: they sound
alike whatever they speak of [INF]."""
OTHER_AREA, OTHER_NAME, OTHER_ESTATE = 0.35, 0.45, 0.30
"""What is left of a score when two messages name different districts; other roads or towns; other estates [INF]."""
LINK, SAME, JOIN = 0.20, 0.33, 0.57
"""Score of an edge that is looked at; mean score within a group; score of two groups' middles to be joined [INF]."""
MANY = 60
"""In a group of more than this a member hardly moves the middle: the middle of all of it serves [INF]."""
KEEP = 0.52
"""Score against the middle of the others below which a member does not stay in its group [INF]."""
NAMING = 0.6
"""Share of a group's members that must name an estate for their not agreeing to part them [INF]."""
ROUNDS = 6
"""How often groups are joined at most [INF]."""
SHARED_NAME = 0.3
"""Share of a group's messages that say a name which then is the group's [INF]."""
CROWD = 1_500
"""Messages that are grouped exactly at once; a larger crowd is first parted by stronger edges [INF]."""
HALF_LIFE = timedelta(days=90)
"""After how long a voice counts half [INF]."""
STEP = timedelta(days=14)
"""Span of the trend: people of the last one against people of the one before [INF]."""
HEAT = (
    "热度 =（声音 + 0.5×ln(1+重复)×新近 + 1.5×ln(1+赞同)×人数÷(人数+1)×新近）× 增长。"
    "声音：每人只计一次，按其最近一次留言距今的天数衰减，每90天减半；"
    "重复：同一人的再次留言数，最多按人数计；赞同：点赞数减反对数，不小于0，同一人只计其最高的一次；新近：按最近一次留言每90天减半；"
    "增长 = 1 + 0.5×(近14天人数−前14天人数)÷(近14天人数+前14天人数+1)。以上数值均为本系统自定参数[INF]。"
)
"""The heat formula, as it is printed beside every list of issues [INF]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. `text`: subject, line break, detail. `areas`: names or codes from large to small, none if unknown.

    `person` is an opaque token that only serves to count different people; empty counts as somebody else each time.
    """

    ident: str
    at: datetime
    text: str
    areas: tuple[str, ...] = ()
    person: str = ""
    agree: int = 0
    disagree: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Messages about the same trouble at the same place. `number` stays while messages join.

    `trend`: rising, steady or falling, by `recent` people of the last 14 days against `earlier` of the 14 before.
    `why`: the heat formula with the figures of this issue. `words`: what its members have in common.
    """

    number: str
    name: str
    place: str
    first: datetime
    last: datetime
    members: tuple[str, ...]
    people: int
    trend: str
    recent: int
    earlier: int
    heat: float
    why: str
    words: tuple[str, ...]


# ------------------------------------------------------------------------------------------------ reading the words

AREA = re.compile(r"西地省|[A-Z]\d{0,2}(?:县市|市|区|县)")
"""Anonymised places of the public data; an installation gives `areas`."""
COUNTY = re.compile(r"[A-Z]\d{1,2}(?=区|县|市)")
ENDINGS = (
    "小区|花园|家园|公寓|大厦|广场|市场|商城|小学|中学|大学|学院|学校|幼儿园|医院|公司|集团|酒店|宾馆|公园|街道|社区|大道|大桥|"
    "步行街|号线|国际城|新城|国际|中心|时代|苑|府|郡|庭|湾|城|村|镇|路|巷|园"
)
NAMED = re.compile(rf"[一-鿿0-9a-z]{{2,12}}?(?:{ENDINGS})|\d{{1,4}}(?:号线|路)")
LEADING = re.compile(
    r".*(?:然而|但是|目前|因为|以及|投诉|举报|反映|反应|咨询|关于|请问|请求|希望|建议|要求|位于|坐落|我们|我是|本人|他们|这个|那个|一个|一家|"
    r"附近|旁边|对面|哪一所|哪所|一所|解决|加快|处理|查处|尊敬|领导|您好|你好|全市|全省|整个|部分|住在|家住|来自)"
)
CUTS = frozenset("请在从到是的和与及对把被由至住向等有本该某我了为将因各都就给让又还也去来说问")
"""Characters a name hardly begins after, if at least three are left of it."""
WIDE = re.compile(r"(?:街道|大道|号线|镇|(?<!新)村|路|巷|社区|公园|中心|新城|时代|国际)$")
"""Endings of names that hold many places."""
_NOT_NAMES = (
    "政府/市政府/区政府/县政府/道路/马路/公路/铁路/高速公路/线路/出路/走路/修路/城市/进城/全城/农村/我村/居民小区/新小区/老小区/商品房小区/"
    "住宅小区/各小区/物业公司/开发公司/燃气公司/自来水公司/水务公司/公交公司/开发商公司/有限公司/装修公司/培训学校/民办学校/公办学校/"
    "小区幼儿园/小区配套幼儿园/社区幼儿园/小区学校/小区小学/重点中学/配套学校/配套小学/配套幼儿园/民办幼儿园/私立幼儿园/普惠幼儿园/普惠性幼儿园/人民医院/菜市场/农贸市场/校园/公园/田园/家园/"
    "管理中心/服务中心/政务中心/指挥中心/购物中心/培训中心/市中心/区中心/国家中心/道路中心/街道/社区/大学/中学/小学/学校/学院/医院/"
    "职业学院/技术学院/职业技术学院/步行街/人行道路/断头路/泥巴路/水泥路/必经之路/主干路/小区道路/村村/乡村/新农村/自然村/棚户区"
)
NO_NAME = frozenset(_NOT_NAMES.split("/"))
"""What ends like a name and is none [INF]."""
FIRM = re.compile(r"(?:股份|责任)?有限(?:责任)?公司")
EMPTY = re.compile(rf"小区|社区|[一二三四五六七八九十0-9]+期|配套|业主|居民|(?:{ENDINGS})$")
"""What a name shares with many others: phases, endings."""
PAIR = np.uint64(0x9E3779B97F4A7C15)


def _split(message: Message) -> tuple[str, str]:
    """Subject and body, made plain."""
    subject, _, body = message.text.partition("\n")
    return clean(subject).replace("\n", " ").strip()[:SUBJECT], clean(body).strip()


def _trimmed(name: str) -> str:
    """The name without small words before it."""
    cut = max((at + 1 for at in range(len(name) - 3) if name[at] in CUTS), default=0)
    return name[cut:]


def _names(text: str) -> list[str]:
    """What looks like the name of an estate, road, school, firm or line, without the words around it."""
    found: list[str] = []
    end = -1
    for each in NAMED.finditer(FIRM.sub("公司", text)):
        said = each.group()
        name = said if said[0].isdigit() else LEADING.sub("", said)
        if name in NO_NAME or len(name := _trimmed(name)) < 3 or name in NO_NAME:
            continue
        if each.start() == end and name == said and not WIDE.search(found[-1]):
            found[-1] += name
        else:
            found.append(name)
        end = each.end()
    return found


def _grams(texts: Sequence[str], sizes: Iterable[int]) -> tuple[Ints, npt.NDArray[np.uint64]]:
    """Row and hash of every run of two or three word characters in the texts."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    row = np.repeat(np.arange(len(texts)), [len(each) for each in texts])
    word = (codes >= 0x4E00) & (codes <= 0x9FFF) | (codes >= 48) & (codes <= 57) | (codes >= 97) & (codes <= 122)
    rows, hashes = [np.empty(0, np.int64)], [np.empty(0, np.uint64)]
    for size in sizes:
        count = len(codes) - size + 1
        if count <= 0:
            continue
        mixed, good = np.full(count, size, dtype=np.uint64), row[:count] == row[size - 1 :]
        for step in range(size):
            mixed = (mixed ^ codes[step : step + count]) * PAIR
            mixed ^= mixed >> np.uint64(29)
            good &= word[step : step + count]
        rows.append(row[:count][good])
        hashes.append(mixed[good])
    return np.concatenate(rows), np.concatenate(hashes)


def _scaled(table: Any, floor: float = 0.0) -> Any:
    """Every row brought to length one; with a floor (share of the usual length), rows that say little stay short."""
    length = np.sqrt(np.asarray(table.multiply(table).sum(axis=1)).ravel())
    if floor and length.any():
        length = np.hypot(length, floor * np.median(length[length > 0]))
    return (sparse.diags(1 / np.where(length > 0, length, 1)) @ table).tocsr()


def _counted(rows: Ints, columns: Ints, shape: tuple[int, int], value: float = 1.0) -> Any:
    """A table that says where something occurs, however often."""
    table = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=shape)
    table.data[:] = value
    return table


def _company(table: Any, sketch: Floats, people: Ints) -> tuple[Floats, Floats]:
    """For each feature: how alike (mean cosine) the messages of different people are that share it; how many people.

    `sketch` holds the messages in few dimensions; of one person one message counts.
    """
    where = table.tocoo()
    key = people[where.row].astype(np.int64) * table.shape[1] + where.col
    _, first = np.unique(key, return_index=True)
    one = sparse.csr_matrix(
        (np.ones(len(first)), (where.col[first], where.row[first])), shape=(table.shape[1], table.shape[0])
    )
    number = np.diff(one.indptr).astype(float)
    own = np.asarray(one @ (sketch**2).sum(axis=1)).ravel()
    total = np.empty(table.shape[1])
    for start in range(0, table.shape[1], 50_000):
        summed = one[start : start + 50_000] @ sketch
        total[start : start + 50_000] = (summed**2).sum(axis=1)
    pairs = number * (number - 1)
    return np.where(pairs > 0, (total - own) / np.maximum(pairs, 1), 0.0), number


def _weight(company: Floats, number: Floats) -> Floats:
    """How special a feature is, 0 to 1: by its company, cautiously where few people use it."""
    pairs = number * (number - 1) / 2
    expected = np.where(number > 1, EXPECTED, ALONE)
    steady = (np.clip(company, 0, 0.5) * pairs + expected * DOUBT) / (pairs + DOUBT)
    return steady / (steady + HALF)


@dataclass(slots=True)
class _Read:
    """Messages as numbers: what is special (sparse, length one), kind of trouble (length one), names, districts."""

    special: Any
    topics: Floats
    names: Any
    """Pairs of characters of all names in a message."""
    estates: Any
    """Pairs of characters of the names of estates, schools, firms (not of roads, towns, lines)."""
    exact: Any
    """Names of estates, schools, firms as a whole."""
    areas: Ints
    people: Ints
    """Who speaks, for those who write very often; a different number below zero for everybody else."""
    said: list[list[str]]
    """Names that occur in each message."""
    subjects: list[list[str]]
    """Words of each subject."""

    def __len__(self) -> int:
        return int(self.special.shape[0])


def _special(subjects: list[str], bodies: list[str], people: Ints) -> tuple[Any, Any]:
    """Runs of characters weighted by how special they are; and the messages in few dimensions (for `_company`)."""
    rows_subject, in_subject = _grams(subjects, (2, 3))
    rows_body, in_body = _grams(bodies, (2, 3))
    known, position = np.unique(np.concatenate([in_subject, in_body]), return_inverse=True)
    shape = (len(subjects), len(known))
    table = _counted(rows_subject, position[: len(in_subject)], shape, TWICE)
    table = table.maximum(_counted(rows_body, position[len(in_subject) :], shape)).tocsc()
    number = np.diff(table.indptr)
    kept = np.flatnonzero((number >= 2) & (number <= max(FEW, COMMON * shape[0])))
    table, number, known = table[:, kept].tocsr(), number[kept], known[kept]
    rare = np.log((shape[0] + 1) / np.maximum(number, 1))
    plain = _scaled(table @ sparse.diags(rare))
    bucket = ((known >> np.uint64(20)) % np.uint64(SKETCH)).astype(np.int64)
    sign = np.where((known >> np.uint64(40)) & np.uint64(1), 1.0, -1.0)
    hashing = sparse.csr_matrix((sign, (np.arange(len(known)), bucket)), shape=(len(known), SKETCH))
    sketch = (plain @ hashing).toarray()
    company, number_people = _company(table, sketch, people)
    own = np.asarray(plain.sum(axis=0)).ravel() / np.maximum(number, 1)
    weight = rare * _weight(np.clip(company - own**2, 0, None), number_people)
    return _scaled(table @ sparse.diags(weight), FLOOR), sketch


def _topics(words: list[list[str]], sketch: Any, people: Ints) -> Floats:
    """The kind of trouble of each message: its everyday words (not the special ones) in few dimensions."""
    known: dict[str, int] = {}
    rows, columns = [], []
    for row, said in enumerate(words):
        for word in said:
            if len(word) > 1:
                rows.append(row)
                columns.append(known.setdefault(word, len(known)))
    size = len(words)
    table = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(size, max(1, len(known)))).tocsc()
    number = np.diff(table.indptr)
    kept = np.flatnonzero((number >= (4 if size > 200 else 1)) & (number <= max(FEW, 0.2 * size)))
    if size < 4 or len(kept) < 4:
        return np.ones((size, 1))
    table, number = table[:, kept].tocsr(), number[kept]
    table.data = 1 + np.log(table.data)
    company, number_people = _company(table, sketch, people)
    weight = np.log(size / number + 1) * (1 - min(1.0, size / ENOUGH) * _weight(company, number_people))
    table = _scaled(table @ sparse.diags(weight))
    sample = table[:: max(1, math.ceil(size / SAMPLE))]
    count = min(TOPICS, 12 + size // 40, min(sample.shape) - 1)
    _, _, axes = randomized_svd(sample, count, n_iter=3, random_state=0)
    found = np.asarray(table @ axes.T)
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return found / np.where(length > 1e-9, length, 1)


def _districts(messages: Sequence[Message], split: list[tuple[str, str]]) -> Ints:
    """The areas of each message as numbers, one column a level, -1 where it is not known."""
    depth = max((len(each.areas) for each in messages), default=0)
    found = np.full((len(messages), depth + 1), -1, dtype=np.int64)
    codes: dict[str, int] = {}
    for row, (message, (subject, body)) in enumerate(zip(messages, split, strict=True)):
        for level, area in enumerate(message.areas):
            found[row, level] = codes.setdefault(area, len(codes))
        for text in (subject, body[:SUBJECT]):
            if named := set(COUNTY.findall(text)):
                if len(named) == 1:
                    found[row, depth] = codes.setdefault(named.pop(), len(codes))
                break
    return found


def _voices(messages: Sequence[Message], split: list[tuple[str, str]]) -> Ints:
    """Who speaks, as numbers: one person, and all who sent the same words, are one voice."""
    first: dict[str, int] = {}
    onto = list(range(len(messages)))

    def root(row: int) -> int:
        while onto[row] != row:
            onto[row] = onto[onto[row]]
            row = onto[row]
        return row

    for row, (message, (_, body)) in enumerate(zip(messages, split, strict=True)):
        for key in ("P" + message.person if message.person else "", "T" + body[:COPIED] if len(body) >= COPIED else ""):
            if key:
                onto[root(row)] = root(first.setdefault(key, row))
    return np.array([root(row) for row in range(len(messages))], dtype=np.int64)


def _pairs_of_characters(names: list[list[str]]) -> Any:
    """Which pairs of characters the names of each message hold, their endings left out; and the last but two with the
    last, for names in which one character is wrong."""
    said = [[f"{EMPTY.sub(' ', name)} {name[-3]}{name[-1]}" for name in each] for each in names]
    rows, hashes = _grams([" ".join(each) for each in said], (2,))
    known, position = np.unique(hashes, return_inverse=True)
    return _counted(rows, position, (len(names), max(1, len(known))))


def _read(messages: Sequence[Message]) -> _Read:
    """All messages as numbers."""
    split = [_split(each) for each in messages]
    people = _voices(messages, split)
    subjects = [AREA.sub(" ", subject).lower() for subject, _ in split]
    stories = [AREA.sub(" ", body[: STORY + 50]).lower()[:STORY] for _, body in split]
    bodies = [story[:BODY] for story in stories]
    special, sketch = _special(subjects, bodies, people)
    heads = [rjieba.cut(subject) for subject in subjects]
    said = [_names(subject) + _names(body[:SUBJECT]) for subject, body in zip(subjects, bodies, strict=True)]
    words = []
    for head, story, names in zip(heads, stories, said, strict=True):
        inside = " ".join(names)
        words.append([word for word in head * 2 + rjieba.cut(story) if word not in inside])
    narrow = [[name for name in each if not WIDE.search(name)] for each in said]
    whole: dict[str, int] = {}
    exact = [(row, whole.setdefault(name, len(whole))) for row, each in enumerate(narrow) for name in each]
    return _Read(
        special=special,
        topics=_topics(words, sketch, people),
        names=_pairs_of_characters(said),
        estates=_pairs_of_characters(narrow),
        exact=_counted(
            np.array([row for row, _ in exact], dtype=np.int64),
            np.array([name for _, name in exact], dtype=np.int64),
            (len(messages), max(1, len(whole))),
        ),
        areas=_districts(messages, split),
        people=np.where(np.bincount(people)[people] >= PROLIFIC, people, -1 - np.arange(len(people))),
        said=said,
        subjects=heads,
    )


# ---------------------------------------------------------------------------------------------------- growing groups


def _score(
    shared: Floats, topics: Floats, same_name: Flags, other_area: Flags, other_name: Floats, same_voice: Flags
) -> Floats:
    """How much two messages are about one thing, 0 to 1, from what they share, their trouble and their places."""
    alike = np.clip((topics - APART + RELAX * same_name) / (ALIKE - APART), 0, 1)
    place = np.clip(shared + NAMESAKE * same_name, 0, 1) ** ROOT
    score = place * (LEVEL + (1 - LEVEL) * alike)
    score = score * np.where(other_area, OTHER_AREA, 1) * other_name
    return score * np.where(same_voice, SAME_VOICE, 1)


def _elsewhere(areas: Ints, left: Ints, right: Ints) -> Flags:
    """Whether two messages name different areas at any level both name."""
    a, b = areas[left], areas[right]
    return cast(Flags, ((a >= 0) & (b >= 0) & (a != b)).any(axis=-1))


def _strongest(table: Any, count: int) -> Any:
    """Each row with its strongest entries only."""
    table = table.tocsr()
    rows, columns, values = [], [], []
    for row in range(table.shape[0]):
        start, end = table.indptr[row], table.indptr[row + 1]
        data = table.data[start:end]
        best = np.argpartition(data, -count)[-count:] if len(data) > count else np.arange(len(data))
        rows.append(np.full(len(best), row))
        columns.append(table.indices[start:end][best])
        values.append(data[best])
    return sparse.csr_matrix(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=table.shape
    )


def _edges(read: _Read) -> tuple[Ints, Ints, Floats]:
    """Pairs of messages that may belong together, with their score: the nearest by what is special."""
    pruned = _strongest(read.special, FEATURES)
    across = pruned.T.tocsr()
    lefts, rights, scores = [], [], []
    for start in range(0, len(read), 2_000):
        near = (pruned[start : start + 2_000] @ across).tocsr()
        near.data[near.data < 0.02] = 0
        near.eliminate_zeros()
        near = _strongest(near, NEAREST + 1).tocoo()
        left, right = near.row.astype(np.int64) + start, near.col.astype(np.int64)
        fresh = left != right
        left, right = left[fresh], right[fresh]
        if not len(left):
            continue
        shared = np.asarray(read.special[left].multiply(read.special[right]).sum(axis=1)).ravel()
        topics = np.einsum("ij,ij->i", read.topics[left], read.topics[right])
        same, other = _named(read, left, right)
        apart = _elsewhere(read.areas, left, right)
        score = _score(shared, topics, same, apart, other, read.people[left] == read.people[right])
        good = score >= LINK
        lefts.append(left[good])
        rights.append(right[good])
        scores.append(score[good])
    if not lefts:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
    return np.concatenate(lefts), np.concatenate(rights), np.concatenate(scores)


def _named(read: _Read, left: Ints, right: Ints) -> tuple[Flags, Floats]:
    """Whether both messages name the same estate, school or firm; and what is left of their score if names differ."""

    def shared(table: Any) -> Flags:
        return np.asarray(table[left].multiply(table[right]).sum(axis=1)).ravel() > 0

    def both(table: Any) -> Flags:
        many = np.diff(table.indptr) > 0
        return cast(Flags, many[left] & many[right])

    other = np.where(both(read.names) & ~shared(read.names), OTHER_NAME, 1.0)
    return shared(read.exact), np.where(both(read.estates) & ~shared(read.estates), OTHER_ESTATE, other)


def _alike(table: Any, rows: Ints) -> Floats:
    """Products of all pairs of some rows; columns none of them uses are left out first."""
    part = table[rows]
    used, position = np.unique(part.indices, return_inverse=True)
    dense = sparse.csr_matrix((part.data, position, part.indptr), shape=(len(rows), len(used)))
    return cast(Floats, (dense @ dense.T).toarray())


def _full(read: _Read, rows: Ints) -> Floats:
    """The scores of all pairs of some messages."""
    areas = read.areas[rows]
    shared = _alike(read.special, rows)
    topics = read.topics[rows] @ read.topics[rows].T
    a, b = areas[:, None, :], areas[None, :, :]
    elsewhere = ((a >= 0) & (b >= 0) & (a != b)).any(axis=-1)
    other = np.ones(shared.shape)
    for table, left in ((read.names, OTHER_NAME), (read.estates, OTHER_ESTATE)):
        common = _alike(table, rows)
        many = common.diagonal() > 0
        other[(common == 0) & many[:, None] & many[None, :]] = left
    one = read.people[rows]
    return _score(shared, topics, _alike(read.exact, rows) > 0, elsewhere, other, one[:, None] == one[None, :])


def _crowds(size: int, left: Ints, right: Ints, score: Floats) -> Iterator[Ints]:
    """Messages that hang together by edges; larger crowds parted by ever stronger edges."""
    todo = [(np.arange(size), left, right, score, LINK)]
    while todo:
        rows, left, right, score, least = todo.pop()
        graph = sparse.csr_matrix((score, (left, right)), shape=(len(rows), len(rows)))
        _, label = connected_components(graph, directed=False)
        order = np.argsort(label, kind="stable")
        cuts = np.flatnonzero(np.diff(label[order])) + 1
        for part in np.split(order, cuts):
            if len(part) < 2:
                continue
            if len(part) <= CROWD or least > 0.95:
                yield rows[part][: 4 * CROWD]
                continue
            place = np.full(len(rows), -1)
            place[part] = np.arange(len(part))
            inside = (place[left] >= 0) & (score >= least + 0.04)
            todo.append((rows[part], place[left[inside]], place[right[inside]], score[inside], least + 0.04))


def _grown(read: _Read) -> list[Ints]:
    """Groups of messages (rows) about one thing, single ones too, by average linkage."""
    found: list[Ints] = []
    alone = np.ones(len(read), dtype=bool)
    for rows in _crowds(len(read), *_edges(read)):
        score = _full(read, rows)
        np.fill_diagonal(score, 1)
        tree = linkage(squareform(1 - np.clip(score, 0, 1), checks=False), "average")
        label = fcluster(tree, 1 - SAME, "distance")
        for one in np.unique(label):
            part = np.sort(rows[label == one])
            if len(part) > 1:
                found.append(part)
                alone[part] = False
    return found + [np.array([row]) for row in np.flatnonzero(alone)]


def _middles(read: _Read, groups: list[Ints]) -> _Read:
    """Groups as if each were one message: what is special and the trouble on average, its usual names and areas."""
    sizes = np.array([len(each) for each in groups])
    gather = sparse.csr_matrix(
        (np.repeat(1 / sizes, sizes), (np.repeat(np.arange(len(groups)), sizes), np.concatenate(groups))),
        shape=(len(groups), len(read)),
    )
    topics = gather @ read.topics

    def usual(table: Any) -> Any:
        table = (gather @ table).tocsr()
        table.data = (table.data >= SHARED_NAME).astype(float)
        table.eliminate_zeros()
        return table

    areas = np.full((len(groups), read.areas.shape[1]), -1, dtype=np.int64)
    for row, group in enumerate(groups):
        for level in range(areas.shape[1]):
            known = read.areas[group, level]
            known = known[known >= 0]
            if len(known):
                areas[row, level] = np.bincount(known).argmax()
    return _Read(
        special=_scaled(gather @ read.special),
        topics=topics / np.maximum(np.linalg.norm(topics, axis=1, keepdims=True), 1e-9),
        names=usual(read.names),
        estates=usual(read.estates),
        exact=usual(read.exact),
        areas=areas,
        people=np.array(
            [read.people[each[0]] if len(set(read.people[each])) == 1 else -1 - row for row, each in enumerate(groups)]
        ),
        said=[],
        subjects=[],
    )


def _joined(read: _Read, groups: list[Ints]) -> list[Ints]:
    """Groups that tell the same story become one, and single messages find theirs: best partners first, in rounds."""
    for _ in range(ROUNDS):
        middles = _middles(read, groups)
        left, right, score = _edges(middles)
        sizes = np.array([len(each) for each in groups])
        good = (score >= JOIN) & (np.maximum(sizes[left], sizes[right]) > 1)
        left, right, score = left[good], right[good], score[good]
        if not len(left):
            break
        best: dict[int, tuple[float, int]] = {}
        for a, b, value in zip(left.tolist(), right.tolist(), score.tolist(), strict=True):
            best[a] = max(best.get(a, (0.0, -1)), (value, b))
            best[b] = max(best.get(b, (0.0, -1)), (value, a))
        onto = list(range(len(groups)))
        for a, (_, b) in sorted(best.items(), key=lambda each: (-each[1][0], each[0])):
            if sizes[b] >= sizes[a] and onto[a] == a and onto[b] == b and not (sizes[a] == sizes[b] and a < b):
                onto[a] = b
        taken: dict[int, list[Ints]] = defaultdict(list)
        for a, b in enumerate(onto):
            while onto[b] != b:
                b = onto[b]
            taken[b].append(groups[a])
        if len(taken) == len(groups):
            break
        groups = [np.sort(np.concatenate(each)) for each in taken.values()]
    return groups


def _strangers(read: _Read, groups: list[Ints]) -> list[Ints]:
    """Groups without the members that do not fit the middle of all the others."""
    large = [each for each in groups if len(each) > 2]
    if not large:
        return groups
    rows = np.concatenate(large)
    others: list[Ints] = []
    left: list[int] = []
    for group in large:
        if len(group) > MANY:
            left += [len(others)] * len(group)
            others.append(group)
        else:
            left += range(len(others), len(others) + len(group))
            others += [group[group != row] for row in group]
    middles = _middles(read, others + [np.array([row]) for row in rows])
    one, two = np.array(left), len(others) + np.arange(len(rows))
    same, other = _named(middles, one, two)
    score = _score(
        np.asarray(middles.special[one].multiply(middles.special[two]).sum(axis=1)).ravel(),
        np.einsum("ij,ij->i", middles.topics[one], middles.topics[two]),
        same,
        _elsewhere(middles.areas, one, two),
        other,
        np.zeros(len(rows), dtype=bool),
    )
    strange = set(rows[score < KEEP].tolist())
    return [
        np.array([row for row in group if row not in strange], dtype=np.int64) if len(group) > 2 else group
        for group in groups
    ]


def _by_place(read: _Read, groups: list[Ints]) -> list[Ints]:
    """Groups whose members name estates, but no common one, are parted by the names: one trouble, many places."""
    found: list[Ints] = []
    for group in groups:
        table = read.estates[group]
        named = np.diff(table.indptr) > 0
        if named.sum() < NAMING * len(group) or len(group) < 3:
            found.append(group)
            continue
        if table.getnnz(axis=0).max() >= SHARED_NAME * len(group):
            found.append(group)
            continue
        table, group = table[named], group[named]
        _, label = connected_components(table @ table.T, directed=False)
        found.extend(group[label == one] for one in np.unique(label))
    return found


def _groups(read: _Read) -> list[Ints]:
    """Groups of messages (rows) about one thing, at least two each."""
    found = _by_place(read, _strangers(read, _joined(read, _grown(read))))
    return [each for each in found if len(each) > 1]


# ----------------------------------------------------------------------------------------------- telling of an issue

TITLES = ("书记", "主任", "局长", "县长", "市长", "区长", "镇长", "先生", "女士", "院长", "校长", "经理", "某")
"""A word before one of these is a person's name and never part of an issue's name [INF]."""
_HOLLOW = (
    "投诉/举报/反映/反应/咨询/关于/请问/请求/希望/建议/要求/强烈/再次/坚决/问题/情况/有关/相关/领导/政府/部门/解决/处理/何时/什么/为何/"
    "为什么/怎么/时候/可以/能否/是否/何时能/附近/小区/业主/居民/存在/严重/影响/生活/尽快/一直/还是/没有/不能/合理/合法/到底/给予/督促/"
    "如何/哪些/这种/我们/他们/请加快/加快/力度/步伐/刻不容缓/全覆盖/旁边/周边/里面/一下/请查处/查处/恳请/呼吁/多次/的话/以及/进行"
)
HOLLOW = frozenset(_HOLLOW.split("/"))
"""Words of a subject that do not say what it is about [INF]."""


def _place(read: _Read, group: Ints, messages: Sequence[Message]) -> str:
    """The name most members say, behind the smallest area most of them lie in; empty if they name none."""
    said = Counter(name for row in group for name in dict.fromkeys(read.said[row]))
    usual = [(count, len(name), name) for name, count in said.items() if count >= max(2, SHARED_NAME * len(group))]
    narrow = [each for each in usual if not WIDE.search(each[2])]
    name = max(narrow or usual, default=(0, 0, ""), key=lambda each: (each[0], each[1], each[2]))[2]
    areas = Counter(_area(messages[row]) for row in group)
    areas.pop("", None)
    area, count = min(areas.items(), key=lambda each: (-each[1], each[0]), default=("", 0))
    return name if name.startswith(area) or count < max(2, SHARED_NAME * len(group)) else area + name


def _area(message: Message) -> str:
    """The smallest area a message lies in, in its own words; empty when it is not known."""
    if message.areas:
        return message.areas[-1]
    found = re.search(r"[A-Z]\d{1,2}(?:区|县)", message.text[: SUBJECT * 2])
    return found.group() if found else ""


def _words(read: _Read, group: Ints, usual: Counter[str], place: str) -> tuple[str, ...]:
    """What the subjects of an issue have in common and those of other messages have not, in the order they say it."""
    many: Counter[str] = Counter()
    where: dict[str, list[float]] = defaultdict(list)
    for row in group:
        words = read.subjects[row]
        text = "".join(words)
        for at, word in enumerate(words):
            after = words[at + 1] if at + 1 < len(words) else ""
            if len(word) < 2 or word in HOLLOW or word in place or word[0].isdigit() or after.startswith(TITLES):
                continue
            if word not in where or len(where[word]) < many[word] + 1:
                where[word].append(text.find(word) / max(1, len(text)))
        many.update({word for word in set(words) if word in where})
    least = max(2, 0.25 * len(group))
    weight = {
        word: count / len(group) * math.log((len(read) + 1) / usual[word])
        for word, count in many.items()
        if count >= least
    }
    best = sorted(weight, key=lambda word: (-weight[word], word))[:4]
    return tuple(sorted(best, key=lambda word: (sum(where[word]) / len(where[word]), word)))


def _faded(age: timedelta) -> float:
    """What a voice of that age still counts."""
    return float(0.5 ** (max(age, timedelta(0)) / HALF_LIFE))


def _issue(read: _Read, group: Ints, messages: Sequence[Message], usual: Counter[str], now: datetime) -> Issue:
    """One group told as an issue, without its number."""
    members = sorted((messages[row] for row in group), key=lambda each: (each.at, each.ident))
    latest: dict[str, datetime] = {}
    for each in members:
        latest[each.person or f"\0{each.ident}"] = each.at
    recent = {m.person or m.ident for m in members if now - STEP < m.at <= now}
    earlier = {m.person or m.ident for m in members if now - 2 * STEP < m.at <= now - STEP}
    people, again = len(latest), min(len(members) - len(latest), len(latest))
    voices = sum(_faded(now - at) for at in latest.values())
    best: dict[str, int] = {}
    for each in members:
        token = each.person or f"\0{each.ident}"
        best[token] = max(best.get(token, 0), each.agree - each.disagree)
    agreed, carried = sum(best.values()), people / (people + 1)
    fresh = _faded(now - members[-1].at)
    growth = 1 + 0.5 * (len(recent) - len(earlier)) / (len(recent) + len(earlier) + 1)
    heat = (voices + 0.5 * math.log1p(again) * fresh + 1.5 * math.log1p(agreed) * carried * fresh) * growth
    place = _place(read, group, messages)
    words = _words(read, group, usual, place)
    name = " ".join(each for each in (place, *words[:4]) if each) or members[0].text.partition("\n")[0].strip()[:24]
    return Issue(
        number="",
        name=name,
        place=place,
        first=members[0].at,
        last=members[-1].at,
        members=tuple(each.ident for each in members),
        people=people,
        trend="rising" if len(recent) > len(earlier) else "steady" if len(recent) == len(earlier) > 0 else "falling",
        recent=len(recent),
        earlier=len(earlier),
        heat=round(heat, 3),
        why=(
            f"热度 {heat:.2f} =（声音 {voices:.2f}〔{people}人，每90天减半〕"
            f" + 0.5×ln(1+重复 {again})×新近 {fresh:.2f}"
            f" + 1.5×ln(1+赞同 {agreed})×{people}/{people + 1}×新近 {fresh:.2f}）"
            f"× 增长 {growth:.2f}〔近14天{len(recent)}人，前14天{len(earlier)}人〕"
        ),
        words=words,
    )


def _numbered(found: list[Issue], before: Sequence[Issue]) -> list[Issue]:
    """Each issue under the number of the one of yesterday it shares most messages with; the others under new ones.

    When one splits or several merge, the largest overlap keeps the number, then the larger issue.
    """
    old: dict[str, list[int]] = defaultdict(list)
    for at, each in enumerate(before):
        for ident in each.members:
            old[ident].append(at)
    overlaps: Counter[tuple[int, int]] = Counter()
    for at, each in enumerate(found):
        for ident in each.members:
            for other in old.get(ident, ()):
                overlaps[at, other] += 1
    number: dict[int, str] = {}
    taken: set[str] = set()
    order = sorted(
        overlaps.items(),
        key=lambda each: (-each[1], -len(before[each[0][1]].members), -len(found[each[0][0]].members), each[0]),
    )
    for (at, other), _ in order:
        if at not in number and before[other].number not in taken:
            number[at] = before[other].number
            taken.add(before[other].number)
    used = taken | {each.number for each in before}
    for at, each in enumerate(found):
        if at in number:
            continue
        day = each.first.astimezone(TZ).strftime("%Y%m%d")
        fresh = next((n for n in (f"H{day}-{ident}" for ident in each.members) if n not in used), "")
        count = 2
        while not fresh or fresh in used:
            fresh, count = f"H{day}-{each.members[0]}-{count}", count + 1
        number[at] = fresh
        used.add(fresh)
    return [replace(each, number=number[at]) for at, each in enumerate(found)]


def issues(
    messages: Sequence[Message],
    *,
    before: Sequence[Issue] = (),
    now: datetime | None = None,
    window: timedelta | None = None,
    least: int = 2,
) -> list[Issue]:
    """What the city talks about: messages about the same place and trouble, hottest first.

    `before`: the issues found last time; an issue keeps its number while messages join or leave. `now`: the moment
    heat is counted for (the latest message's, if not given); later messages are left out. `window`: only messages so
    much younger than `now`. `least`: messages that make an issue (two at least). Of two messages with the same number
    the first counts. Time and room grow with the
    messages: 20,000 take half a minute, 100,000 some minutes and six gigabytes; a window keeps both small.
    """
    known: dict[str, Message] = {}
    for each in messages:
        known.setdefault(each.ident, each)
    moment = now or max((each.at for each in known.values()), default=datetime(1970, 1, 1, tzinfo=UTC))
    chosen = sorted(
        (m for m in known.values() if m.at <= moment and (window is None or m.at > moment - window)),
        key=lambda each: (each.at, each.ident),
    )
    if len(chosen) < 2:
        return []
    read = _read(chosen)
    usual: Counter[str] = Counter()
    for words in read.subjects:
        usual.update(set(words))
    found = [_issue(read, group, chosen, usual, moment) for group in _groups(read) if len(group) >= max(2, least)]
    found.sort(key=lambda each: (-each.heat, each.first, each.members))
    return _numbered(found, before)


# ------------------------------------------------------------------------------------------------ tables in, JSON out

COLUMNS: dict[str, tuple[str, ...]] = {
    "ident": ("留言编号", "编号", "id", "ident", "number"),
    "subject": ("留言主题", "主题", "标题", "subject", "title"),
    "detail": ("留言详情", "详情", "内容", "detail", "narrative", "text"),
    "at": ("留言时间", "时间", "time", "at", "created", "created_at"),
    "agree": ("点赞数", "likes", "agree"),
    "disagree": ("反对数", "dislikes", "disagree"),
    "person": ("留言用户", "用户", "user", "person"),
}
"""Names a column may have, by what it holds."""


def _count(said: str) -> int:
    """A number of votes, nothing said is none; below nought and fractions are no votes. Raises ValueError."""
    found = int(said.strip() or "0")
    if found < 0:
        raise ValueError(said)
    return found


def read(path: Path) -> list[Message]:
    """The messages of a table (.csv, .jsonl; see tables.rows), its columns found by name (`COLUMNS`).

    Raises BadTable naming the line where a row has no number or no readable time, where votes are no number, where a
    number stands twice, and when the columns for number, time and text are not there; and what tables.rows raises.
    An empty file has no messages.
    """
    found: list[Message] = []
    column: dict[str, str] = {}
    seen: set[str] = set()
    for line, row in tables.rows(path):
        if not column:
            column = _columns(list(row))
        if any(each.strip() for each in row.values()):
            found.append(_message(line, {field: row.get(name, "").strip() for field, name in column.items()}))
            if found[-1].ident in seen:
                raise BadTable(f"第 {line} 行的编号 {found[-1].ident[:40]} 重复。")
            seen.add(found[-1].ident)
    return found


def _columns(names: Sequence[str]) -> dict[str, str]:
    """Which column of a table holds what; what it has not got is missing. Raises BadTable."""
    written = {name.strip().lower(): name for name in reversed(names)}
    found = {
        field: written[usual[0]] for field, known in COLUMNS.items() if (usual := [n for n in known if n in written])
    }
    missing = [field for field in ("ident", "at") if field not in found]
    if "subject" not in found and "detail" not in found:
        missing.append("subject")
    if missing:
        wanted = "、".join("/".join(COLUMNS[field]) for field in missing)
        raise BadTable(f"第 1 行缺少列：{wanted}")
    return found


def _message(line: int, cell: Mapping[str, str]) -> Message:
    """The message of a row. Raises BadTable naming the line."""
    if not cell["ident"]:
        raise BadTable(f"第 {line} 行没有编号。")
    try:
        at = tables.moment(cell["at"])
    except ValueError as error:
        raise BadTable(f"第 {line} 行的时间无法识别：{cell['at'][:40]!r}") from error
    try:
        agree, disagree = _count(cell.get("agree", "")), _count(cell.get("disagree", ""))
    except ValueError as error:
        raise BadTable(f"第 {line} 行的点赞数或反对数不是非负整数。") from error
    said = cell.get("subject", "").replace("\n", " ") + "\n" + cell.get("detail", "")
    return Message(ident=cell["ident"], at=at, text=said, person=cell.get("person", ""), agree=agree, disagree=disagree)


def as_json(found: Sequence[Issue], skipped: Sequence[str] = ()) -> dict[str, Any]:
    """Issues as plain data for a file: hottest first, with members, times in the city's zone, and the heat formula."""
    return {
        "issues": [
            {
                "number": each.number,
                "name": each.name,
                "place": each.place,
                "from": each.first.astimezone(TZ).isoformat(),
                "to": each.last.astimezone(TZ).isoformat(),
                "people": each.people,
                "members": list(each.members),
                "trend": each.trend,
                "recent": each.recent,
                "earlier": each.earlier,
                "heat": each.heat,
                "why": each.why,
                "words": list(each.words),
            }
            for each in found
        ],
        "formula": HEAT,
        "skipped": list(skipped),
    }
