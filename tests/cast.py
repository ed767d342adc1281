"""A small county that all tests know: four towns' worth of people, one account a role. Everybody in it is invented.

示例县 (county)
├── 示例县综合行政执法局 (bureau)      陈思远 政工科长, 赵立诚, 周文彬 (reviewer, legal qualification)
│   └── 法制科 (office)
├── 示例县水利局 (department)          吴清源
├── 东江镇 (empowered)
│   └── 东江镇综合行政执法队 (squad)   王晓东 队长, 李春梅 (auxiliary)
├── 西岭镇 (radiated)
│   └── 西岭镇综合行政执法队 (squad)   孙海燕
└── 南塘街道 (empowered)
    └── 南塘街道综合行政执法队 (squad) nobody
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.conf import settings
from django.test import Client

from portal import crypto
from portal.masks import mask_id
from portal.models import Grant, Role, User
from staffing.models import (
    Category,
    EstablishmentType,
    Membership,
    Person,
    Policy,
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

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 11, 2)
LONG_AGO = date(2021, 3, 1)


def id_number(birth: date, sequence: int) -> str:
    """A valid GB 11643 number of nobody: region 99, so that it can never be a real one. Odd sequence: male."""
    body = f"990100{birth:%Y%m%d}{sequence:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights)) % 11]


def make_person(name: str, unit: Unit, sequence: int, *, birth=date(1982, 6, 15), start=LONG_AGO, **fields) -> Person:
    """A person with a membership from ``start``; ``category`` and ``establishment_type`` go to the membership."""
    number = id_number(birth, sequence)
    membership = {
        "category": fields.pop("category", Category.OFFICER),
        "establishment_type": fields.pop("establishment_type", EstablishmentType.ADMIN),
    }
    person = Person.objects.create(
        staff_no=f"T{sequence:04d}",
        name=name,
        id_number=number,
        id_index=crypto.blind_index(number),
        id_masked=mask_id(number),
        gender="男" if sequence % 2 else "女",
        birth_date=birth,
        **fields,
    )
    Membership.objects.create(person=person, unit=unit, start=start, **membership)
    return person


def make_posting(person: Person, kind: str, to_unit: Unit, start: date, *, end=None, **fields) -> Posting:
    home = person.memberships.latest("start").unit
    return Posting.objects.create(
        person=person, kind=kind, layer=layer_of(kind), from_unit=home, to_unit=to_unit, start=start, end=end, **fields
    )


def make_qualification(person: Person, kind: str, *, number=None, issued=date(2023, 5, 1), valid_until=None, **fields):
    """A qualification valid since ``issued``."""
    row = Qualification.objects.create(
        person=person, kind=kind, number=number, issued=issued, valid_until=valid_until, **fields
    )
    QualificationStatus.objects.create(qualification=row, state=QualificationState.VALID, start=issued)
    return row


class Cast:
    """Units, people and accounts by short attribute names."""

    NOW, TODAY = NOW, TODAY

    def __init__(self):
        self.county = Unit.add_root(code="sl", name="示例县", kind=UnitKind.COUNTY, locality="990100")
        self.bureau = self._unit(self.county, "sl-zfj", "示例县综合行政执法局", UnitKind.BUREAU, quota=20)
        self.office = self._unit(self.bureau, "sl-zfj-fz", "法制科", UnitKind.OFFICE)
        self.water = self._unit(self.county, "sl-slj", "示例县水利局", UnitKind.DEPARTMENT)
        self.east_town, self.east = self._town("dj", "东江镇", "empowered")
        self.west_town, self.west = self._town("xl", "西岭镇", "radiated")
        self.south_town, self.south = self._town("nt", "南塘街道", "empowered")
        self.policy = Policy.objects.create(
            code="test-2022", name="测试口径", start=date(2020, 1, 1), legal_basis="《测试办法》第一条"
        )
        self.chen = make_person("陈思远", self.bureau, 1, position="政工科长")
        self.zhao = make_person("赵立诚", self.bureau, 3, birth=date(1979, 10, 2))
        self.zhou = make_person("周文彬", self.office, 5, birth=date(1988, 1, 20), is_law_major=True)
        self.wu = make_person("吴清源", self.water, 7)
        self.wang = make_person("王晓东", self.east, 9, position="队长")
        self.li = make_person("李春梅", self.east, 10, category=Category.AUXILIARY, establishment_type="contract")
        self.sun = make_person("孙海燕", self.west, 12, birth=date(1990, 12, 31))
        self.posting = make_posting(
            self.zhao, PostingKind.DOWN, self.east, date(2025, 1, 1), due=date(2026, 12, 31), doc_no="示执法〔2024〕9号"
        )
        make_qualification(self.zhou, QualificationKind.LEGAL, number="A20111234", issued=date(2011, 3, 1), grade="A证")
        make_qualification(self.zhou, QualificationKind.REVIEWER, issued=date(2020, 6, 1))
        for number, person in enumerate((self.zhao, self.zhou, self.wang, self.sun), 1):
            make_qualification(
                person,
                QualificationKind.ENFORCE,
                number=f"99010026{number:04d}",
                issued=date(2024, 1, 10),
                valid_until=date(2029, 1, 9),
            )
        self.accounts: dict[str, User] = {}
        everywhere = None
        for role, unit in {
            Role.OFFICER: self.east,
            Role.CLERK: self.east,
            Role.SQUAD_LEAD: self.east,
            Role.TOWN: self.east_town,
            Role.HR: everywhere,
            Role.LEGAL: everywhere,
            Role.TRAINING: everywhere,
            Role.LEADER: everywhere,
            Role.EXAM: everywhere,
            Role.INVIGILATOR: everywhere,
            Role.MARKER: everywhere,
            Role.EDITOR: everywhere,
            Role.SYSTEM: everywhere,
            Role.SECURITY: everywhere,
            Role.AUDITOR: everywhere,
        }.items():
            self.accounts[str(role)] = self.account(str(role), role, unit)
        self.wang.user = self.accounts["officer"]
        self.wang.save(update_fields=["user"])

    def _unit(self, parent, code, name, kind, **fields):
        return parent.add_child(code=code, name=name, kind=kind, locality="990100", **fields)

    def _town(self, code, name, mode):
        town = self._unit(self.county, f"sl-{code}", name, UnitKind.TOWN, empower_mode=mode)
        return town, self._unit(
            town, f"sl-{code}-zfd", f"{name}综合行政执法队", UnitKind.SQUAD, empower_mode=mode, quota=5
        )

    def account(self, username: str, role: str | None = None, unit: Unit | None = None) -> User:
        """An account with one grant (or none when ``role`` is None)."""
        user = User.objects.create_user(username=username, password="Cast-2026-pass", name=f"测试{username}")
        if role:
            Grant.objects.create(user=user, role=role, unit=unit, starts=NOW.replace(year=2021))
        return user

    def user(self, role: str) -> User:
        return self.accounts[role]

    def client(self, role: str | None = None) -> Client:
        """A browser signed in as the account of ``role``; a stranger without one."""
        client = Client()
        if role:
            client.force_login(self.accounts[role], backend=settings.AUTHENTICATION_BACKENDS[0])
        return client
