"""Units as rosters name them: what kind a name is, where it belongs, and which full name a short one means."""

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import lru_cache

from staffing.roster.text import squeeze

ORDER = ("county", "bureau", "department", "town", "squad", "office", "external")
_TOWN = re.compile(r"^(?:.{2,8}?[县市区旗])?(.{1,8}?(?:镇|街道|乡|苏木))(?:人民政府|政府|办事处)?$")
_TOWN_HEAD = re.compile(
    r"^(?:.{2,8}?(?:县|市|区|旗)(?=.{2,}?(?:镇|街道|乡)))?(.{1,6}?(?:镇|街道|乡|苏木))(?:办事处)?(?=.)"
)
_SQUAD_TAIL = re.compile(
    r"(?:综合)?(?:行政)?(?:综合)?执法(?:大队|中队|分队|支队|队|所|办公室|办)$|(?:直属|机动|巡查|督查)?(?:大队|中队|分队|支队|执法队)$"
)
_BUREAU = re.compile(
    r"^(.{0,12}?)(?:综合行政执法局|综合执法局|行政执法局|城市管理(?:和综合执法|综合执法|行政执法|执法)?局|城管局|综合行政执法指导办公室)$"
)
_BUREAU_HEAD = re.compile(
    r"^(.{0,12}?(?:综合行政执法局|综合执法局|城市管理(?:和综合执法|综合执法|行政执法|执法)?局|城管局))(.+)$"
)
_COUNTY = re.compile(r"^.{1,10}?(?:县|市|区|旗)(?:人民政府)?$")
_COUNTY_HEAD = re.compile(r"^(.{2,8}?(?:县|市|区|旗))")
_DEPARTMENT = re.compile(r"(?:局|委|委员会|厅)$")
_OFFICE = re.compile(r"(?:科|室|股|处|机关|所|站|中心|窗口|组|部)$")
_EXTERNAL = re.compile(
    r"(?:政府办|府办|委办|文明办|巡察办|专班|指挥部|信访局|组织部|宣传部|政法委|纪委|监委|法院|检察院|办公室|领导小组)$"
)
_EMPTY_STEMS = frozenset(
    {"", "直属", "机动", "第一", "第二", "第三", "一", "二", "三", "四", "五", "综合", "巡查", "督查", "执法"}
)


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A unit the tree has already. ``kind`` as in the tree, "" when not said."""

    name: str
    kind: str = ""
    aliases: tuple[str, ...] = ()


@dataclass(slots=True)
class UnitProposal:
    """A unit the roster names and the tree does not know. ``parent`` is a name ("" for the root)."""

    name: str
    kind: str
    parent: str = ""
    mode: str = ""

    def as_dict(self) -> dict:
        return asdict(self)


@lru_cache(maxsize=20_000)
def kind_of(name: str) -> str:
    """county, bureau, department, town, squad, office or external, from the name alone."""
    text = squeeze(name)
    if _BUREAU.match(text):
        return "bureau"
    if _SQUAD_TAIL.search(text):
        return "squad"
    if _TOWN.match(text):
        return "town"
    if _BUREAU_HEAD.match(text):
        return "office"
    if _EXTERNAL.search(text):
        return "external"
    if _DEPARTMENT.search(text):
        return "department"
    if _OFFICE.search(text):
        return "office"
    if _COUNTY.match(text):
        return "county"
    return "external"


@lru_cache(maxsize=20_000)
def town_of(name: str) -> str:
    """The town in a squad's name (``东江镇综合行政执法队`` → ``东江镇``), or ""."""
    found = _TOWN_HEAD.match(squeeze(name))
    return found[1] if found else ""


@lru_cache(maxsize=20_000)
def stem(name: str) -> str:
    """What remains of a town or squad without its kind: ``东江中队``, ``东江镇`` and ``东江镇综合行政执法队`` →
    ``东江``.
    """
    text = squeeze(name)
    town = town_of(text) or (_TOWN.match(text)[1] if _TOWN.match(text) else "")
    base = town or _SQUAD_TAIL.sub("", text)
    return re.sub(r"(?:镇|街道|乡|苏木)$", "", base) if len(base) > 2 else base


@lru_cache(maxsize=20_000)
def county_of(name: str) -> str:
    """The county in a bureau's name or a title (``示例区综合行政执法局`` → ``示例区``), or ""."""
    text = squeeze(name)
    found = _BUREAU.match(text) or _BUREAU_HEAD.match(text)
    head = found[1] if found else text if "行政执法" in text or "综合执法" in text else ""
    county = _COUNTY_HEAD.match(head)
    return county[1] if county and not town_of(text) else ""


def infer_unit(name: str) -> UnitProposal:
    """Kind and, as far as the name tells, parent of a unit."""
    kind = kind_of(name)
    text = squeeze(name)
    parent = ""
    if kind == "squad":
        parent = town_of(text)
    elif kind == "office" and (found := _BUREAU_HEAD.match(text)):
        parent = found[1]
    elif kind == "bureau":
        parent = county_of(text)
    return UnitProposal(name, kind, parent)


@dataclass(slots=True)
class UnitBook:
    """All unit names of one file and of the tree; answers which full name a short one means."""

    known: dict[str, KnownUnit] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)
    counties: dict[str, int] = field(default_factory=dict)
    _squads: dict[str, set[str]] = field(default_factory=dict)
    _towns: dict[str, set[str]] = field(default_factory=dict)
    _cache: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, known_units: Iterable[str | KnownUnit]) -> "UnitBook":
        book = cls()
        for unit in known_units:
            entry = unit if isinstance(unit, KnownUnit) else KnownUnit(str(unit))
            book.known[entry.name] = entry
            book.spellings[squeeze(entry.name)] = entry.name
            for alias in entry.aliases:
                book.spellings.setdefault(squeeze(alias), entry.name)
            book.note(entry.name)
        return book

    def note(self, name: str | None) -> None:
        """Remembers a full name met anywhere in the file, before short ones are resolved."""
        if not name:
            return
        kind = self.known[name].kind if name in self.known and self.known[name].kind else kind_of(name)
        if kind == "squad" and (town_of(name) or name in self.known) and stem(name) not in _EMPTY_STEMS:
            self._squads.setdefault(stem(name), set()).add(name)
            if town := town_of(name):
                self._towns.setdefault(stem(town), set()).add(town)
        elif kind == "town":
            self._towns.setdefault(stem(name), set()).add(self._town_name(name))

    def note_title(self, text: str) -> None:
        """A title may name the county that no unit column does."""
        if county := county_of(text):
            self.counties[county] = self.counties.get(county, 0) + 1

    @staticmethod
    def _town_name(name: str) -> str:
        found = _TOWN.match(squeeze(name))
        return found[1] if found else name

    def resolve(self, name: str | None) -> str | None:
        """The full name meant; the name itself when nothing else fits. Only one candidate counts as an answer."""
        if not name:
            return None
        if name not in self._cache:
            self._cache[name] = self._resolve(name)
        return self._cache[name]

    def _resolve(self, name: str) -> str:
        text = squeeze(name)
        if text in self.spellings:
            return self.spellings[text]
        kind = kind_of(text)
        if kind == "squad":
            return self._resolve_squad(text)
        if kind == "town":
            short = self._town_name(text)
            return self.spellings.get(short, short)
        return text

    def _resolve_squad(self, text: str) -> str:
        base, town = stem(text), town_of(text)
        if base in _EMPTY_STEMS:
            return text
        candidates = self._squads.get(base, set())
        if town:
            candidates = {name for name in candidates if town_of(name) in ("", town)}
            # A full name stands for itself, unless the tree knows the same squad under another spelling.
            in_tree = {name for name in candidates if name in self.known}
            return next(iter(in_tree)) if len(in_tree) == 1 else text
        if len(candidates) > 1 and (in_tree := {name for name in candidates if name in self.known}):
            candidates = in_tree
        if len(candidates) == 1:
            return next(iter(candidates))
        towns = self._towns.get(base, set())
        if not candidates and len(towns) == 1:
            return f"{next(iter(towns))}综合行政执法队"
        return text

    def use(self, name: str | None, *, outside_ok: bool = False) -> None:
        """Remembers that a row needs this unit. ``outside_ok``: it may lie outside our tree (target of a loan)."""
        if name and name not in self.used:
            kind = kind_of(name)
            if outside_ok and kind in ("external", "department", "office", "county"):
                return
            self.used[name] = "office" if kind == "external" else kind

    def proposals(self) -> list[UnitProposal]:
        """Units to create, parents first: what rows use and the tree does not know, with the towns and bureaus above
        them.
        """
        wanted: dict[str, UnitProposal] = {}
        for name in self.used:
            self._want(name, wanted)
        bureaus = [entry.name for entry in self.known.values() if (entry.kind or kind_of(entry.name)) == "bureau"]
        bureaus += [unit.name for unit in wanted.values() if unit.kind == "bureau"]
        county = self._county(wanted)
        if county and county not in self.known and wanted and county not in wanted:
            wanted[county] = UnitProposal(county, "county")
        for unit in wanted.values():
            if unit.kind == "county":
                continue
            if not unit.parent and unit.kind in ("office", "squad") and len(bureaus) == 1 and unit.name != bureaus[0]:
                unit.parent = bureaus[0]
            unit.parent = unit.parent or county
            unit.mode = self.modes.get(unit.name, "")
        return sorted(wanted.values(), key=lambda unit: (ORDER.index(unit.kind), unit.name))

    def _want(self, name: str, wanted: dict[str, UnitProposal]) -> None:
        if name in self.known or name in wanted:
            return
        unit = infer_unit(name)
        unit.kind = self.used.get(name, unit.kind)
        wanted[name] = unit
        if unit.parent and unit.kind != "bureau":
            unit.parent = self.spellings.get(squeeze(unit.parent), unit.parent)
            self._want(unit.parent, wanted)

    def _county(self, wanted: dict[str, UnitProposal]) -> str:
        roots = [entry.name for entry in self.known.values() if (entry.kind or kind_of(entry.name)) == "county"]
        if roots:
            return roots[0] if len(roots) == 1 else ""
        named = [unit.parent for unit in wanted.values() if unit.kind == "bureau" and unit.parent]
        if named:
            return max(set(named), key=named.count)
        return max(self.counties, key=self.counties.get) if self.counties and not self.known else ""
