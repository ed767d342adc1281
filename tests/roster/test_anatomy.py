"""Layouts that real rosters have and the samples have not: each one read as its author meant it."""

from datetime import date, datetime

import pytest

from tests.roster.made import codes, identity, people, planned, sheet

HEAD = ["序号", "姓名", "性别", "身份证号", "工作单位"]
UNIT = "东江镇综合行政执法队"


def one(n: int, name: str, unit: str | None = UNIT) -> list:
    return [n, name, "男", identity(2 * n - 1), unit]


def test_two_tables_side_by_side_are_both_read():
    block = ["序号", "姓名", "身份证号"]
    plan = planned(
        [
            ["东江镇综合行政执法队人员花名册", None, None, None, None, None],
            [*block, *block],
            [1, "张三", identity(1), 3, "王五", identity(5)],
            [2, "李四", identity(3), None, None, None],
            ["填表人：赵六", None, None, None, None, None],
        ]
    )
    assert [(row.row, row.block, row.record["name"]) for row in people(plan)] == [
        (3, 0, "张三"),
        (3, 1, "王五"),
        (4, 0, "李四"),
    ]
    assert [row.kind for row in plan.rows if row.action == "skip"] == ["title", "header", "footer"]
    assert {row.record["working_unit"] for row in people(plan)} == {UNIT}


def test_side_by_side_with_a_gap_column():
    block = ["姓名", "性别", "身份证号"]
    plan = planned([[*block, None, *block], ["张三", "男", identity(1), None, "王五", "男", identity(5)]])
    assert [row.record["name"] for row in people(plan)] == ["张三", "王五"]


def test_two_name_columns_that_are_no_two_tables():
    plan = planned([["姓名", "身份证号", "持证人姓名", "备注"], ["张三", identity(1), "张三", None]])
    assert len(people(plan)) == 1
    assert "SIDE_BY_SIDE" in [issue.code for issue in plan.sheets[0].issues]


def test_stacked_tables_with_another_column_order():
    plan = planned(
        [
            HEAD,
            one(1, "张三"),
            [None] * 5,
            ["西屏镇综合行政执法队", None, None, None, None],
            ["姓名", "身份证号", "性别", "职务", None],
            ["李四", identity(3), "男", "队长", None],
        ]
    )
    first, second = people(plan)
    assert first.record["working_unit"] == UNIT
    assert second.record | {"birth_date": ""} == second.record | {"birth_date": ""}
    assert second.record["position"] == "队长" and second.record["id_number"] == identity(3)
    assert [row.kind for row in plan.rows] == ["header", "person", "blank", "subtitle", "header", "person"]


def test_heading_rows_name_the_unit_of_the_people_below():
    plan = planned(
        [
            ["序号", "姓名", "身份证号"],
            ["东江镇综合行政执法队", None, None],
            [1, "张三", identity(1)],
            ["西屏镇综合行政执法队", None, None],
            [1, "李四", identity(3)],
        ]
    )
    assert [row.record["working_unit"] for row in people(plan)] == [UNIT, "西屏镇综合行政执法队"]


def test_two_row_header_without_merge_marks():
    """As a csv gives it: the group's text stands over its first column only."""
    plan = planned(
        [
            ["序号", "姓名", "身份证号", "全日制教育", None, "在职教育", None, "执法证件", None],
            [None, None, None, "学历", "毕业院校", "学历", "毕业院校", "证号", "有效期"],
            [1, "张三", identity(1), "大专", "东江大学", "本科", "党校", "99000100001", "2027.04.30"],
        ]
    )
    (row,) = people(plan)
    assert plan.sheets[0].header_rows == [1, 2]
    assert row.record["first_education"] == "大学专科" and row.record["education"] == "大学本科"
    assert row.record["inservice_school"] == "党校"
    assert row.record["cert_no"] == "99000100001" and row.record["cert_valid_until"] == "2027-04-30"


def test_group_row_above_the_names():
    plan = planned(
        sheet(
            [
                ["基本情况", None, None, "执法证件", None],
                ["姓名", "性别", "身份证号", "证号", "有效期"],
                ["张三", "男", identity(1), "99000100001", "2027年4月"],
            ],
            merged=[(1, 0, 1, 2), (1, 3, 1, 4)],
        )
    )
    (row,) = people(plan)
    assert plan.sheets[0].header_rows == [1, 2]
    assert row.record["cert_valid_until"] == "2027-04-30" and row.record["name"] == "张三"


def test_reporting_line_is_no_header_level():
    plan = planned(
        sheet(
            [
                ["填报单位：东江镇综合行政执法队", None, None, "填报日期：2024年11月4日", None],
                ["姓名", "性别", "身份证号", "执法证号", "职务"],
                ["张三", "男", identity(1), "99000100001", "队长"],
            ],
            merged=[(1, 0, 1, 2), (1, 3, 1, 4)],
        )
    )
    guess = plan.sheets[0]
    assert (guess.header_rows, guess.unit, guess.unit_from, guess.reported) == ([2], UNIT, "label", "2024-11-04")


def test_unit_written_once_above_its_people_in_csv():
    rows = [["所属中队", "姓名", "身份证号"]]
    rows += [
        ["东江中队" if n == 1 else "西屏中队" if n == 4 else None, f"张{'一二三四五六'[n - 1]}", identity(2 * n - 1)]
        for n in range(1, 7)
    ]
    plan = planned(rows, known_units=["东江镇综合行政执法队", "西屏镇综合行政执法队"])
    assert [row.record["working_unit"] for row in people(plan)] == [UNIT] * 3 + ["西屏镇综合行政执法队"] * 3


def test_totals_footers_and_notes_are_no_people():
    plan = planned(
        [
            HEAD,
            one(1, "张三"),
            ["小计", "1人", None, None, None],
            one(2, "李四"),
            ["东江镇小计", None, None, None, 2],
            ["合计：2人", None, None, None, None],
            ["注：本表一式两份", None, None, None, None],
            ["说明：借调人员不计", None, None, None, None],
            [None, "以下空白", None, None, None],
            [3, None, None, None, None],
            ["单位负责人（签字）：", None, None, "制表人：王五", None],
        ]
    )
    kinds = [row.kind for row in plan.rows]
    assert kinds == [
        "header",
        "person",
        "subtotal",
        "person",
        "subtotal",
        "total",
        "note",
        "note",
        "note",
        "blank",
        "footer",
    ]
    assert plan.sheets[0].footer_row == 11


def test_repeated_two_row_header():
    head = [["序号", "姓名", "身份证号", "执法证件", None], [None, None, None, "证号", "有效期"]]
    plan = planned([*head, [1, "张三", identity(1), None, None], *head, [2, "李四", identity(3), None, None]])
    assert [row.kind for row in plan.rows] == [
        "header",
        "header",
        "person",
        "repeated_header",
        "repeated_header",
        "person",
    ]


def test_sheets_that_are_no_rosters():
    plan = planned(
        sheet([["填表说明"], ["1.身份证号请设为文本"]], "说明"),
        sheet([["单位", "在编人数", "持证率"], ["东江中队", 3, 0.5]], "汇总表"),
        sheet([["序号", "事项", "内容"], [1, "甲", "乙"]], "Sheet3"),
        sheet([], "Sheet4"),
        sheet([["姓名", "身份证号"], ["张三", identity(1)]], "旧表", state="hidden"),
        sheet([["准考证号", "姓名", "考试结果"], ["1", "张三", "合格"]], "成绩"),
        sheet([HEAD, one(1, "张三")], "名册"),
    )
    assert [part.role for part in plan.sheets] == [
        "instructions",
        "summary",
        "unknown",
        "unknown",
        "hidden",
        "unknown",
        "roster",
    ]
    first = [[issue.code for issue in part.issues] for part in plan.sheets]
    assert first == [[], [], ["HEADER_NOT_FOUND"], ["EMPTY_SHEET"], ["HIDDEN_SHEET"], ["NOT_A_ROSTER"], []]
    assert "姓名" in plan.sheets[2].issues[0].message
    assert len(plan.rows) == 2


def test_hidden_sheet_can_be_asked_for():
    hidden = sheet([["姓名", "身份证号"], ["张三", identity(1)]], "旧表", state="hidden")
    assert people(planned(hidden, sheets=["旧表"]))[0].record["name"] == "张三"


def test_only_chosen_sheets_are_planned():
    plan = planned(sheet([HEAD, one(1, "张三")], "甲"), sheet([HEAD, one(2, "李四")], "乙"), sheets=["乙"])
    assert [row.sheet for row in people(plan)] == ["乙"]


def test_user_corrects_a_column():
    rows = [["姓名", "身份证号", "归属"], ["张三", identity(1), UNIT]]
    plan = planned(rows)
    assert [issue.code for issue in plan.sheets[0].issues] == ["COLUMN_UNMAPPED"]
    assert "C列" in plan.sheets[0].issues[0].message
    plan = planned(rows, mapping={"归属": "working_unit"})
    assert people(plan)[0].record["working_unit"] == UNIT
    assert plan.sheets[0].columns[2].how == "user" and plan.sheets[0].issues == []
    plan = planned([["姓名", "身份证号", "职务"], ["张三", identity(1), "队长"]], mapping={"花名册!C": ""})
    assert "position" not in people(plan)[0].record


def test_user_says_which_column_holds_the_names():
    plan = planned([["同志", "身份证号", "职务"], ["张三", identity(1), "队长"]])
    assert plan.sheets[0].role == "unknown"
    plan = planned([["同志", "身份证号", "职务"], ["张三", identity(1), "队长"]], mapping={"同志": "name"})
    assert people(plan)[0].record["name"] == "张三"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (["姓名", "证件号码", "执法证号"], ["name", "id_number", "cert_no"]),
        (["姓名", "身份证号", "证件号码"], ["name", "id_number", "cert_no"]),
        (["姓名", "身份证号后四位", "手机号码"], ["name", "id_last4", "mobile"]),
        (["姓名*", "身份证号码：", "联系电话（手机）"], ["name", "id_number", "mobile"]),
        (["姓名", "身份证住址", "执法证有效期至"], ["name", "", "cert_valid_until"]),
        (["姓名", "执法证发证机关", "办公电话"], ["name", "cert_issuer", "office_phone"]),
        (
            ["姓名", "是否取得法律职业资格证书", "法律职业资格证书编号"],
            ["name", "legal_qualification", "legal_qualification_no"],
        ),
        (["编号", "姓名", "证件编号"], ["seq", "name", "cert_no"]),
        (["姓名", "派驻单位", "派驻时间", "到期时间"], ["name", "posted_unit", "posting_start", "planned_return"]),
        (["姓名", "执法证号", "到期时间"], ["name", "cert_no", "cert_valid_until"]),
        (["姓 名", "出 生\n年 月", "政治\r\n面貌"], ["name", "birth_date", "political_status"]),
        (["姓名", "紧急联系人电话", "手机"], ["name", "", "mobile"]),
        (["姓名", "学历", "学历"], ["name", "education", ""]),
        (["职工姓名（必填）", "身份证号", "领导姓名"], ["name", "id_number", ""]),
    ],
)
def test_headers_in_context(headers, expected):
    values = ["甲" for _ in headers]
    plan = planned([headers, values])
    assert [column.canonical for column in plan.sheets[0].columns] == expected


def test_columns_not_needed_are_not_kept():
    plan = planned(
        [["姓名", "身份证号", "籍贯", "照片", "奖惩情况", "年龄"], ["张三", identity(1), "某地", "x", "记过", 39]]
    )
    assert set(people(plan)[0].record) == {"name", "id_number", "gender", "birth_date"}


def test_a_roster_with_a_few_postings_is_no_postings_sheet():
    head = ["姓名", "身份证号", "工作单位", "派驻单位", "派驻形式", "派驻时间"]
    rows = [["张三", identity(1), UNIT, "西屏镇", "派驻", "2023.5"], ["李四", identity(3), UNIT, None, None, None]]
    plan = planned([head, *rows])
    assert plan.sheets[0].role == "roster"
    assert people(plan)[0].record["posting_start"] == "2023-05"
    assert planned([head, rows[0]]).sheets[0].role == "postings"


def test_postings_sheet_before_the_roster_still_merges():
    plan = planned(
        sheet(
            [
                ["姓名", "身份证号", "派驻单位", "派驻形式", "派驻时间"],
                ["张三", identity(1), "西屏镇", "派驻", "2023.5"],
            ],
            "派驻",
        ),
        sheet([HEAD, one(1, "张三")], "名册"),
    )
    assert [(row.sheet, row.action) for row in people(plan)] == [("派驻", "merge"), ("名册", "accept")]
    assert people(plan)[0].issues[0].other == {"sheet": "名册", "row": 2}


def test_same_person_twice_in_one_unit():
    head = ["姓名", "身份证号", "工作单位", "职务", "执法证号"]
    plan = planned(
        [
            head,
            ["张三", identity(1), UNIT, "队长", None],
            ["张三", identity(1), UNIT, None, None],
            ["张三", identity(1), UNIT, None, "99000100001"],
            ["张三", identity(1), UNIT, "队员", None],
        ]
    )
    assert [row.action for row in people(plan)] == ["accept", "duplicate", "merge", "review"]
    assert people(plan)[3].issues[0].code == "DUP_ID_CONFLICT" and people(plan)[3].issues[0].field == "position"


def test_an_open_loan_in_the_remarks():
    head = ["姓名", "身份证号", "工作单位", "备注"]
    plan = planned(
        [
            head,
            ["张三", identity(1), UNIT, "2023年3月起借调至区府办"],
            ["李四", identity(3), UNIT, "2022年借调区府办，已归位"],
            ["王五", identity(5), UNIT, "借调人员待核"],
        ]
    )
    first, second, third = people(plan)
    assert first.record["posting"] == {"type": "借调", "to_unit": "区府办", "start": "2023-03"}
    assert "SECONDED_AWAY" in first.warnings
    assert "posting" not in second.record and "SECONDED_AWAY" not in second.warnings
    assert "posting" not in third.record


@pytest.mark.parametrize(
    ("written", "status", "to_unit"),
    [
        ("在岗", "在岗", None),
        ("在编在岗", "在岗", None),
        ("借调至区委办工作", "借调", "区委办"),
        ("在区信访局挂职", "挂职", "区信访局"),
        ("抽调", "抽调", None),
        ("2023.5-至今借调区政法委", "借调", "区政法委"),
        ("已退休", "退休", None),
        ("辞职", "辞职", None),
    ],
)
def test_status(written, status, to_unit):
    plan = planned([["姓名", "身份证号", "工作单位", "人员状态"], ["张三", identity(1), UNIT, written]])
    record = people(plan)[0].record
    assert record["status"] == status
    assert record.get("posting", {}).get("to_unit") == to_unit


def test_auxiliaries_by_sheet_by_establishment_and_by_form():
    plan = planned(
        sheet([HEAD, one(1, "张三")], "编外人员"),
        sheet([["姓名", "身份证号", "工作单位", "编制性质"], ["李四", identity(3), UNIT, "编外"]], "全员"),
        sheet(
            [
                ["姓名", "身份证号", "工作单位", "人员类别", "执法证号"],
                ["王五", identity(5), UNIT, "协管员", "99000100001"],
            ],
            "名单",
        ),
        sheet([HEAD, one(4, "赵六")], "执法人员及辅助人员"),
    )
    categories = [row.record.get("personnel_category") for row in people(plan)]
    assert categories == ["执法辅助人员", "执法辅助人员", "执法辅助人员", None]
    assert codes(people(plan)[2]) == ["ALIAS", "AUX_WITH_CERT"] and people(plan)[2].action == "review"


def test_cells_of_other_types_do_no_harm():
    head = ["姓名", "身份证号", "出生年月", "联系电话", "职务", "执法证号", "有效期至"]
    plan = planned(
        [
            head,
            [True, identity(1), True, True, 3.5, True, True],
            [datetime(2024, 1, 2), datetime(2024, 1, 2), 10**30, -1, date(2024, 1, 1), 1.5, -5],
            ["张三", float("1e300"), 1e300, 1e300, None, 1e300, 1e300],
            ["=1+1", "=SUM(A1:A3)", "#N/A", "#REF!", "#VALUE!", "#N/A", "#DIV/0!"],
        ]
    )
    assert len(people(plan)) == 4
    assert all(row.action in ("review", "reject") for row in people(plan))


def test_every_problem_of_a_row_is_told_at_once():
    plan = planned(
        [
            ["姓名", "性别", "身份证号", "出生年月", "编制性质", "联系电话"],
            ["张　三", "女", identity(1).lower() + " ", "1984.03", "外星编制", "1234"],
        ]
    )
    (row,) = people(plan)
    assert row.action == "review"
    assert codes(row) == ["NAME_PADDING", "ID_WHITESPACE", "UNKNOWN_ENUM", "GENDER_ID_MISMATCH"]
    assert set(row.warnings) == {"BIRTH_ID_MISMATCH", "MOBILE_INVALID", "UNIT_MISSING"}
    assert row.raw["A"] == "张　三"


def test_an_end_date_under_the_certificate_is_its_own_even_beside_postings():
    plan = planned(
        [
            ["序号", "部门", "姓名", "身份证号", "执法证件", None, "派驻单位", "派驻时间"],
            [None, None, None, None, "证件号码", "到期日期", None, None],
            [1, "示例县水利局", "张三", identity(1), "99010000021", "2027-01-01", "东江镇", "2024-05-01"],
        ]
    )
    record = people(plan)[0].record
    assert (record["cert_no"], record["cert_valid_until"]) == ("99010000021", "2027-01-01")
    assert not record.get("planned_return")


def test_more_words_for_postings_and_reviewers():
    plan = planned(
        [
            ["姓名", "身份证号", "派出单位", "下沉镇街", "下沉形式", "下沉时间", "文号", "从事法制审核工作时间"],
            ["张三", identity(1), "示例县综合行政执法局", "东江镇", "派驻", "2024-05-01", "示执〔2024〕3号", "2016-05"],
        ]
    )
    record = people(plan)[0].record
    assert record["posting_type"] == "派驻" and record["posting_basis"] == "示执〔2024〕3号"
    assert record["legal_review_start_date"].startswith("2016-05")


@pytest.mark.parametrize("word", ["用人单位", "执法中队", "任职单位", "所属部门"])
def test_more_words_for_the_unit(word):
    plan = planned([["姓名", "身份证号", word], ["张三", identity(1), UNIT]])
    assert people(plan)[0].record["working_unit"] == UNIT
