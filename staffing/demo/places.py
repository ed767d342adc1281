"""Units of the demonstration county."""

from __future__ import annotations

from dataclasses import dataclass

COUNTY = "云澜县"
BUREAU = "云澜县综合行政执法局"
OFFICES = ("办公室", "政工科", "法制科", "督察科", "指挥中心", "机动执法科")
DEPARTMENTS = (
    ("云澜县市场监督管理局", "市场监管局"),
    ("市生态环境局云澜分局", "生态环境分局"),
    ("云澜县自然资源和规划局", "自然资源局"),
    ("云澜县交通运输局", "交通运输局"),
    ("云澜县农业农村局", "农业农村局"),
    ("云澜县水利局", "水利局"),
    ("云澜县卫生健康局", "卫生健康局"),
    ("云澜县应急管理局", "应急管理局"),
)
# Towns with penal power of their own come first; the others are served by departments' people.
EMPOWERED = (
    "云溪镇",
    "澜江镇",
    "石门关镇",
    "南屏岭镇",
    "东渚镇",
    "西陵渡镇",
    "梅川街道",
    "城中街道",
    "竹山镇",
    "白沙湾镇",
)
RADIATED = (
    "松岭镇",
    "柳坝镇",
    "青枫镇",
    "龙潭口镇",
    "桐花镇",
    "雁回镇",
    "茶坪镇",
    "枣林乡",
    "鹿鸣镇",
    "长亭镇",
    "落霞乡",
    "望仙镇",
    "古渡镇",
    "杨梅岭乡",
    "北固镇",
)
OUTSIDE = ("县政府办公室", "县委组织部", "县重点项目指挥部", "县信访局", "县文明创建办", "县乡村振兴专班")


@dataclass(frozen=True)
class Place:
    """A unit to create: ``parent`` by name, ``mode`` empowered|radiated for towns and squads."""

    code: str
    name: str
    kind: str
    parent: str = ""
    short: str = ""
    mode: str = ""
    aliases: tuple[str, ...] = ()


def squad_of(town: str) -> str:
    """The squad's full name: 镇综合行政执法队, in a street 中队."""
    return f"{town}综合行政执法{'中队' if town.endswith('街道') else '队'}"


def short_of(town: str) -> str:
    """A town's squad by its short name: 东江镇 → 东江中队."""
    return f"{town.removesuffix('街道').removesuffix('镇').removesuffix('乡')}中队"


SQUADS = tuple(squad_of(town) for town in (*EMPOWERED, *RADIATED))


def places() -> list[Place]:
    """All units, parents before children. Codes begin with 99, which no administrative division has."""
    made = [
        Place("990300", COUNTY, "county"),
        Place("99030001", BUREAU, "bureau", COUNTY, "县综合执法局", aliases=("综合行政执法局", "县综合行政执法局")),
    ]
    made += [Place(f"99030001{n:02d}", f"{BUREAU}{name}", "office", BUREAU, name) for n, name in enumerate(OFFICES, 1)]
    made += [
        Place(f"990300{n:02d}", name, "department", COUNTY, short) for n, (name, short) in enumerate(DEPARTMENTS, 2)
    ]
    for n, town in enumerate((*EMPOWERED, *RADIATED), 1):
        mode = "empowered" if town in EMPOWERED else "radiated"
        made.append(Place(f"990301{n:02d}", town, "town", COUNTY, mode=mode))
        made.append(
            Place(f"990301{n:02d}01", squad_of(town), "squad", town, short_of(town), mode, aliases=(short_of(town),))
        )
    return made
