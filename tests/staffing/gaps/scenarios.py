"""The two worked counties, put straight into the tables (the import has its own tests), and small builders."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from staffing.models import (
    Membership,
    Person,
    Posting,
    PostingKind,
    Qualification,
    QualificationKind,
    QualificationState,
    QualificationStatus,
    Unit,
    UnitKind,
)
from staffing.models.postings import layer_of

DATA = Path(__file__).resolve().parents[2] / "data" / "rosters"
SNAPSHOT = date(2022, 10, 10)
TOWNS_A = ["东江", "西屏", "南浦", "北垟", "云岭", "石桥", "柳溪", "虹山", "大汀", "雁湖"]


class County:
    """Units by name; people numbered in order."""

    def __init__(self, day=SNAPSHOT):
        self.day, self.count = day, 0
        self.root = Unit.add_root(code="示例区", name="示例区", kind=UnitKind.COUNTY)
        self.bureau = self.root.add_child(
            code="示例区综合行政执法局", name="示例区综合行政执法局", kind=UnitKind.BUREAU
        )
        self.office = self.bureau.add_child(code="机关", name="示例区综合行政执法局机关", kind=UnitKind.OFFICE)

    def squad(self, town, mode=""):
        parent = self.root.add_child(code=town, name=f"{town}镇", kind=UnitKind.TOWN, empower_mode=mode)
        name = f"{town}镇综合行政执法队"
        return parent.add_child(code=name, name=name, kind=UnitKind.SQUAD)

    def person(self, home, *, category="officer", start=None, posted=None, kind=PostingKind.DOWN, **fields):
        self.count += 1
        person = Person.objects.create(staff_no=f"P{self.count:05d}", name=f"人{self.count}", **fields)
        start = start or self.day
        Membership.objects.create(person=person, unit=home, start=start, category=category, start_known=False)
        if posted is not None:
            self.post(person, posted, kind, start)
        return person

    def post(self, person, to, kind, start, end=None, **fields):
        return Posting.objects.create(
            person=person, to_unit=to, kind=kind, layer=layer_of(kind), start=start, end=end, **fields
        )

    def qualify(self, person, kind, *, issued=None, until=None, start=None, state=QualificationState.VALID, **fields):
        row = Qualification.objects.create(person=person, kind=kind, issued=issued, valid_until=until, **fields)
        QualificationStatus.objects.create(qualification=row, state=state, start=start or issued or self.day)
        return row

    def reviewer(self, person, *, legal=True, issued=None):
        if legal:
            self.qualify(person, QualificationKind.LEGAL, grade="A证")
        self.qualify(person, QualificationKind.REVIEWER, issued=issued)


def scenario_a() -> tuple[County, dict]:
    """Roster of 543 officers, 355 of them posted to 25 towns (10 empowered, of which four have a reviewer)."""
    import python_calamine

    truth = json.loads((DATA / "scenario_A_downstream.truth.json").read_text())
    sheet = python_calamine.CalamineWorkbook.from_path(str(DATA / "scenario_A_downstream.xlsx")).get_sheet_by_index(0)
    head, *rows = sheet.to_python()
    county = County()
    squads: dict[str, Unit] = {}
    for row in (dict(zip(head, row, strict=True)) for row in rows):
        place = row["现工作单位"]
        town = place.removesuffix("镇综合行政执法队")
        fields = {"first_education": row["第一学历"], "education": row["学历"], "gender": row["性别"]}
        digits = row["身份证号"]
        fields["birth_date"] = date(int(digits[6:10]), int(digits[10:12]), int(digits[12:14]))
        if town == place:
            person = county.person(county.office, **fields)
        else:
            if town not in squads:
                squads[town] = county.squad(town, "empowered" if row["镇街模式"] == "赋权" else "radiated")
            person = county.person(county.bureau, posted=squads[town], **fields)
        if row["是否法制审核人员"] == "是":
            county.reviewer(person)
    return county, truth


def scenario_b() -> County:
    """623 officers and 26 dedicated reviewers in thirteen towns, two in each."""
    county = County()
    for number, size in enumerate([48] * 12 + [47]):
        squad = county.squad(f"镇{number + 1:02d}")
        for _ in range(size):
            county.person(squad)
        for _ in range(2):
            county.reviewer(county.person(squad))
    return county
