"""Sign-in sheets: the sample equals its truth row by row, odd sheets are read or told, an import records once."""

import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from courses.actions import attendance_imports as actions
from courses.actions.attendance import correct
from courses.formats.attendance_rows import AttendanceSheet
from courses.formats.attendance_sheet import UnreadableError, read
from courses.models import Attendance, LearningImport, Session
from courses.queries import attendance as queries
from courses.queries.attendance_plan import plan
from portal import crypto
from portal.actions.errors import Refused
from portal.masks import mask_id
from portal.models import AuditEvent
from portal.sheets import read_book
from portal.sheets.model import Book, Sheet
from staffing.models import HourCredit, Membership, Person, Unit, UnitKind
from tests.courses.attendance_room import AFTER, Room, at

DATA = Path(__file__).resolve().parents[1] / "data/courses"
SAMPLE = DATA / "attendance_lecture34.xlsx"
TRUTH = json.loads((DATA / "attendance_lecture34.truth.json").read_text(encoding="utf-8"))
HEAD = ["序号", "姓名", "身份证号后四位", "单位", "签到时间", "签退时间", "签到方式", "备注"]
ABOVE = [["综合执法大讲堂（2026年第3讲）签到记录"], ["主题：先审后决 时间：2026年11月2日09:30—12:00 地点：三楼"]]
EAST = "东江镇综合行政执法队"


@pytest.fixture
def room(cast):
    return Room(cast)


def book(*sheets):
    found = []
    for name, lines in sheets:
        width = max(map(len, lines))
        found.append(Sheet(name, [[*line, *[None] * (width - len(line))] for line in lines]))
    return Book("xlsx", found, "0" * 64)


def export(*rows, head=HEAD, above=ABOVE):
    return book(("导出", [*above, head, *rows]))


def line(n, person, came="09:20", left="12:05", way="扫码", remark=None, unit=EAST, last4=None):
    number = person.id_masked[-4:] if last4 is None else last4
    return [n, person.name, number, unit, came, left, way, remark]


def codes(found):
    return [[issue.code for issue in row.issues] for row in found.lines]


# --- reading ---------------------------------------------------------------------------------------------------------


def test_the_sample_is_read_as_its_truth_says():
    found = read(read_book(SAMPLE))
    assert [kind for _name, kind, _row in found.sheets] == ["export", "paper"]
    assert (found.series, found.year, found.number, found.topic) == (
        "综合执法大讲堂",
        2024,
        34,
        "行政强制法实务要点",
    )
    assert (found.day, found.starts, found.ends, found.place) == ("2024-11-28", "14:30", "17:00", "局三楼会议室")
    assert found.listed == TRUTH["listed"]
    assert len(found.paper) == TRUTH["paper_sheet"]["names"]
    assert found.signed_on_paper == TRUTH["paper_sheet"]["signed"]
    # Two tables side by side: the left one is read to its end first.
    assert [row.number for row in found.paper] == [str(n) for n in range(1, 87)]
    assert [(one.code, one.name) for one in found.differences] == [("PROXY_SIGNED", "袁旭")]
    assert AttendanceSheet.of(json.loads(json.dumps(found.as_json()))) == found
    for row, true in zip(found.rows, TRUTH["rows"], strict=True):
        assert (row.row, row.name, row.action) == (true["row"], true["name"], true["action"])
        assert row.last4 == true["id_number"][-4:]


@pytest.mark.parametrize(
    ("cells", "state", "action"),
    [
        (("09:20", "12:05", "扫码", None), "present", "accept"),
        (("09时20分", "12：05", None, None), "present", "accept"),
        ((datetime(2026, 11, 2, 9, 20), "2026/11/2 12:05", "补签", None), "present", "accept"),
        ((0.4, 0.5, "", None), "present", "accept"),
        (("09:20", "—", "扫码", None), "no_sign_out", "review"),
        (("09:20", "未签退", "扫码", None), "no_sign_out", "review"),
        ((None, "12:05", "扫码", None), "no_sign_out", "review"),
        ((None, None, None, "请假（出庭应诉）"), "leave", "accept"),
        ((None, None, None, None), "absent", "skip"),
        (("09:20", "12:05", "代签", None), "proxy", "review"),
        (("九点", "12:05", "扫码", None), "no_sign_out", "review"),
        (("12:05", "09:20", "扫码", None), "present", "review"),
        (("2026-11-03 09:20", "2026-11-03 12:00", "扫码", None), "present", "review"),
    ],
)
def test_what_a_row_says(cells, state, action):
    found = read(export([1, "王晓东", "1234", EAST, *cells])).rows[0]
    assert (found.state, found.action) == (state, action)


def test_a_number_cell_gets_its_zeros_back_and_a_whole_number_its_last_four():
    found = read(
        export([1, "王晓东", 71, EAST, "09:20", "12:05"], [2, "李春梅", "99010019820615010x", EAST, "09:20", "12:05"])
    )
    assert [row.last4 for row in found.rows] == ["0071", "010X"]


def test_the_same_person_twice_is_one_with_the_widest_times():
    found = read(export([1, "王晓东", "1234", EAST, "09:20", None], [1, "王晓东", "1234", EAST, "09:25", "12:05"]))
    first, second = found.rows
    assert (first.action, first.signed_in[-5:], first.signed_out[-5:]) == ("accept", "09:20", "12:05")
    assert second.action == "duplicate" and second.flags == ["DUP_SCAN"] and found.listed == 1


@pytest.mark.parametrize(
    ("signed", "state"),
    [
        ("王晓东", "present"),
        ("√", "present"),
        ("已签", "present"),
        ("本人签到", "present"),
        ("已到", "present"),
        ("李四", "proxy"),
        ("未签到", "absent"),
        ("缺席", "absent"),
        ("请假", "leave"),
    ],
)
def test_what_stands_where_a_signature_belongs(signed, state):
    head = ["序号", "姓名", "单位", "签名"]
    assert read(export([1, "王晓东", EAST, signed], head=head)).rows[0].state == state


def test_a_paper_list_alone():
    head = ["序号", "姓名", "单位", "签到", "签退", "序号", "姓名", "单位", "签到", "签退"]
    rows = [
        [1, "王晓东", "东江中队", "王晓东", "王晓东", 3, "孙海燕", "西岭中队", "（请假）", None],
        [2, "李春梅", "东江中队", "李春梅", None, 4, "吴清源", "水利局", None, None],
        [5, "周文彬", "法制科", "陈思远", "陈思远", None, None, None, None, None],
    ]
    found = read(book(("签到", [["大讲堂签到表"], head, *rows])))
    assert [(row.name, row.state) for row in found.rows] == [
        ("王晓东", "present"),
        ("李春梅", "no_sign_out"),
        ("周文彬", "proxy"),
        ("孙海燕", "leave"),
        ("吴清源", "absent"),
    ]


def test_what_paper_and_export_disagree_on_is_told():
    paper = [
        ["签到表"],
        ["序号", "姓名", "单位", "签名", "序号", "姓名", "单位", "签名"],
        [1, "王晓东", "东江中队", "王晓东", 2, "李春梅", "东江中队", None],
        [3, "孙海燕", "西岭中队", "（请假）", 4, "吴清源", "水利局", "吴清源"],
        [5, "周文彬", "法制科", "周文彬", 6, "陈思远", "执法局", "赵立诚"],
    ]
    rows = [
        [n, name, "1234", unit, came, left, None, remark]
        for n, (name, unit, came, left, remark) in enumerate(
            [
                ("王晓东", EAST, "09:20", "12:05", None),
                ("李春梅", EAST, "09:20", "12:05", None),
                ("孙海燕", "西岭镇综合行政执法队", "09:20", "12:05", None),
                ("周文彬", "法制科", None, None, "请假"),
                ("陈思远", "示例县综合行政执法局", "09:20", "12:05", None),
            ],
            1,
        )
    ]
    found = read(book(("导出", [*ABOVE, HEAD, *rows]), ("纸质", paper)))
    assert [(one.code, one.name) for one in found.differences] == [
        ("MISSING_ON_PAPER", "李春梅"),
        ("PAPER_LEAVE", "孙海燕"),
        ("EXPORT_LEAVE", "周文彬"),
        ("OTHER_SIGNATURE", "陈思远"),
        ("PAPER_ONLY", "吴清源"),
    ]
    # Nobody is taken from the paper alone.
    assert len(found.rows) == 5


def test_no_sign_in_sheet_is_said():
    with pytest.raises(UnreadableError, match="签到时间"):
        read(book(("x", [["姓名", "得分"], ["王晓东", 5]])))


# --- against the roster ----------------------------------------------------------------------------------------------


def test_people_are_found_by_number_and_never_guessed(room):
    cast = room.cast
    Person.objects.filter(pk=cast.sun.pk).update(name="王晓东")
    sheet = read(
        export(
            line(1, cast.wang),
            line(2, cast.wang, last4=cast.sun.id_masked[-4:]),
            line(3, cast.li, last4="0000"),
            line(4, cast.chen, unit="示例县综合行政执法局"),
            [5, "无此人", "1234", EAST, "09:20", "12:05", None, None],
        )
    )
    found = plan(sheet, room.session)
    assert [row.person for row in found.lines] == [cast.wang, cast.sun, None, cast.chen, None]
    assert codes(found)[2] == codes(found)[4] == ["UNKNOWN_PERSON"] and found.credited == 3

    Membership.objects.filter(person=cast.chen).update(end=date(2026, 1, 1))
    paper = [["签到表"], ["序号", "姓名", "单位", "签名"]]
    paper += [[1, "王晓东", "", "王晓东"], [2, "王晓东", "西岭中队", "王晓东"], [3, "李春梅", "西岭中队", "李春梅"]]
    found = plan(read(book(("纸质", [*paper, [4, "陈思远", "执法局", "陈思远"]]))), room.session)
    assert codes(found) == [["AMBIGUOUS"], [], ["UNIT_DIFFERS"], ["UNKNOWN_PERSON"]]
    assert found.lines[1].person == cast.sun and found.notes


def test_an_import_records_once_settles_and_leaves_corrections_alone(room):
    cast, given = room.cast, {"actor": room.training, "session": room.session, "sha256": "0" * 64}
    rows = [
        line(1, cast.wang, "09:26"),
        line(2, cast.li, "09:50"),
        line(3, cast.sun, left=None, unit="西岭镇综合行政执法队"),
        line(4, cast.wu, way="代签", unit="示例县水利局"),
        line(5, cast.chen, None, None, None, "请假", unit="示例县综合行政执法局"),
        [6, "无此人", "1234", EAST, "09:20", "12:05", None, None],
    ]
    sheet = read(export(*rows))
    with pytest.raises(Refused, match="没有开始"):
        actions.import_attendance(now=at(-1), sheet=sheet, **given)
    done = actions.import_attendance(now=AFTER, sheet=sheet, file_name="x.xlsx", **given)
    assert (done.rows, done.new, done.settled.people, done.settled.hours) == (5, 5, 2, Decimal(6))
    states = dict(Attendance.objects.values_list("person__name", "state"))
    assert states == {
        "王晓东": "present",
        "李春梅": "present",
        "孙海燕": "no_sign_out",
        "吴清源": "proxy",
        "陈思远": "leave",
    }
    assert Session.objects.get().state == "held"
    parts = queries.parts(room.session)
    assert parts.sum_text == "应到7＝已签到签退2＋缺签到或签退1＋请假1＋代签作废1＋未到2" and parts.visits == 3

    before = (HourCredit.objects.count(), AuditEvent.objects.count())
    again = actions.import_attendance(now=AFTER, sheet=sheet, **given)
    assert again.rows == 0 and (HourCredit.objects.count(), AuditEvent.objects.count()) == before

    correct(
        actor=room.training,
        now=AFTER,
        session=room.session,
        person=cast.sun,
        state="present",
        signed_in=at(-5),
        signed_out=at(150),
        reason="中队长证明",
    )
    assert codes(plan(sheet, room.session))[2] == ["NO_SIGN_OUT", "CORRECTED"]
    actions.import_attendance(now=AFTER, sheet=sheet, **given)
    assert Attendance.objects.get(person=cast.sun).hours == 3

    # A corrected sheet wins over the first; hours follow.
    better = read(export(line(1, cast.wang, "11:10"), *rows[1:]))
    actions.import_attendance(now=AFTER, sheet=better, **given)
    assert Attendance.objects.get(person=cast.wang).hours == 1


def test_scans_stay_and_another_days_sheet_is_refused(room):
    room.there(room.wang, 0, 150)
    room.there(room.cast.li, 0)
    paper = [
        ["签到表"],
        ["序号", "姓名", "单位", "签名"],
        [1, "王晓东", "东江中队", "王晓东"],
        [2, "李春梅", "东江中队", "李春梅"],
    ]
    assert codes(plan(read(book(("纸质", paper))), room.session)) == [["SCANNED"], ["SCANNED"]]
    late = plan(read(export(line(1, room.cast.li))), room.session)
    assert codes(late) == [[]] and late.writing
    other = read(export(line(1, room.wang), above=[["大讲堂"], ["时间：2026年10月2日09:30—12:00"]]))
    with pytest.raises(Refused, match="不是这一讲"):
        actions.import_attendance(actor=room.training, now=AFTER, session=room.session, sheet=other, sha256="0" * 64)


# --- the command -----------------------------------------------------------------------------------------------------


def _people_of_the_truth():
    """The truth's 86 people in their squads, as a roster would have brought them."""
    units = {row.unit: None for row in read(read_book(SAMPLE)).rows}
    root = Unit.add_root(code="q", name="示例区", kind=UnitKind.COUNTY)
    for n, name in enumerate(units):
        units[name] = root.add_child(code=f"q-{n}", name=name, kind=UnitKind.SQUAD)
    rows = {row["id_number"]: row["name"] for row in TRUTH["rows"]}
    unit_of = {(row.name, row.last4): row.unit for row in read(read_book(SAMPLE)).rows}
    people = Person.objects.bulk_create(
        Person(
            staff_no=f"A{n:04d}",
            name=name,
            id_number=number,
            id_index=crypto.blind_index(number),
            id_masked=mask_id(number),
        )
        for n, (number, name) in enumerate(rows.items())
    )
    numbers = list(rows)
    Membership.objects.bulk_create(
        Membership(person=person, unit=units[unit_of[person.name, number[-4:]]], start=date(2020, 1, 1))
        for person, number in zip(people, numbers, strict=True)
    )
    return dict(zip((person.staff_no for person in people), numbers, strict=True))


def _run(*args):
    out = io.StringIO()
    call_command("import_attendance", *args, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command_equals_the_truth_row_by_row(db, django_assert_max_num_queries):
    numbers = _people_of_the_truth()
    with django_assert_max_num_queries(14):
        told = _run("dajiangtang-34", str(SAMPLE))
    assert told["session_new"] and not told["committed"] and not Session.objects.exists()
    assert (told["listed"], told["credited"], told["hours"]) == (86, 82, 245.0)
    assert told["totals"] == {"accept": 84, "review": 2, "duplicate": 1, "reject": 0, "skip": 0}
    for row, true in zip(told["rows"], TRUTH["rows"], strict=True):
        mine = (row["sheet"], row["row"], row["action"], row["record"]["name"], row["hours"], row["flags"])
        assert mine == (true["sheet"], true["row"], true["action"], true["name"], true["hours"], true["flags"])
        if true["action"] != "duplicate":
            assert numbers[row["record"]["staff_no"]] == true["id_number"]
        assert true["id_number"] not in json.dumps(row)

    done = _run("dajiangtang-34", str(SAMPLE), "--commit")
    assert done["committed"] and done["written"]["new"] == 86
    session = Session.objects.get()
    assert (session.title, session.number, session.year, session.state) == (TRUTH_TITLE, 34, 2024, "held")
    assert timezone.localtime(session.starts_at) == datetime(2024, 11, 28, 6, 30, tzinfo=UTC)
    found = {row.person.staff_no: row for row in Attendance.objects.select_related("person")}
    for true in TRUTH["rows"]:
        if true["action"] != "duplicate":
            number = next(key for key, value in numbers.items() if value == true["id_number"])
            assert float(found[number].hours) == true["hours"], true["name"]
    assert sum(row.hours for row in found.values()) == Decimal("245.0")
    assert HourCredit.objects.filter(source=f"session:{session.pk}").count() == 82
    again = _run("dajiangtang-34", str(SAMPLE), "--commit")
    assert again["written"]["rows"] == 0 and again["credited"] == 82 and HourCredit.objects.count() == 82
    assert queries.parts(session).sum_text == "应到86＝已签到签退83＋缺签到或签退1＋请假1＋代签作废1"


TRUTH_TITLE = "行政强制法实务要点"


def test_the_command_says_what_it_cannot_do(db, tmp_path, capsys):
    with pytest.raises(CommandError):
        call_command("import_attendance", "x", str(tmp_path / "none.xlsx"))
    empty = tmp_path / "empty.csv"
    empty.write_text("姓名,得分\n王晓东,5\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        call_command("import_attendance", "x", str(empty))
    assert "没有识别到签到表" in capsys.readouterr().err
    # Nobody is in the portal yet: every row waits, and nothing is made up.
    with pytest.raises(SystemExit):
        call_command("import_attendance", "x", str(SAMPLE), "--commit", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["error"]["code"] == "REFUSED" and not Person.objects.exists() and not Session.objects.exists()


# --- the pages -------------------------------------------------------------------------------------------------------


def test_upload_preview_commit(room):
    client = room.cast.client("training")
    room.session = room.make_session(2, datetime(2024, 11, 28, 6, 30, tzinfo=UTC), title="行政强制法实务要点")
    url = f"/learning/office/sessions/{room.session.code}/attendance/import/"
    assert "读取并预览" in client.get(url).content.decode()
    assert client.post(url, {"file": io.BytesIO(b"")}).status_code == 422
    person = room.wang
    lines = [
        ["主题：行政强制法实务要点 时间：2024年11月28日14:30—17:00"],
        HEAD,
        line(1, person, "14:20", "17:05"),
        line(2, room.cast.li, "14:20", None),
    ]
    text = "\n".join(",".join("" if cell is None else str(cell) for cell in row) for row in lines)
    file = io.BytesIO(text.encode("utf-8-sig"))
    file.name = "签到.csv"
    answer = client.post(url, {"file": file}, follow=True)
    page = answer.content.decode()
    assert "确认导入2人" in page and "计学时<b>1</b>人" in page and person.id_number not in page
    batch = LearningImport.objects.get()
    assert not Attendance.objects.exists()
    other = room.cast.client("clerk")
    assert other.get(f"/learning/office/attendance-imports/{batch.pk}/").status_code == 403
    commit = f"/learning/office/attendance-imports/{batch.pk}/commit/"
    assert "确认导入2人" in client.get(commit).content.decode()
    done = client.post(commit, follow=True)
    assert done.redirect_chain[-1][0].endswith("/attendance/")
    assert Attendance.objects.get(person=person).hours == 3
    assert client.get(f"/learning/office/attendance-imports/{batch.pk}/").status_code == 302

    file.seek(0)
    client.post(url, {"file": file})
    second = LearningImport.objects.latest("pk")
    client.post(f"/learning/office/attendance-imports/{second.pk}/discard/")
    second.refresh_from_db()
    assert second.state == "discarded"
    with pytest.raises(Refused, match="已放弃"):
        actions.commit_upload(actor=room.training, now=AFTER, batch=second)
