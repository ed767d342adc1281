"""Every component in its states, rendered alone: what is said, how, and that nothing inline slips in."""

import datetime
import re
from fractions import Fraction

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.core.paginator import Paginator
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from portal import ui

DAY = datetime.date(2022, 10, 10)
TODAY = datetime.date(2026, 11, 22)


def draw(name, path="/people/?unit=dj&as_of=2022-10-10&page=3", **context):
    request = RequestFactory().get(path)
    request.user = AnonymousUser()
    html = render_to_string(f"components/{name}.html", {"request": request, **context})
    assert not re.search(r'\sstyle="|\son\w+="|<script|javascript:', html), f"{name} carries inline style or script"
    return html


def words(html):
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", html))


# --- figures -------------------------------------------------------------------------------------------------------------
def test_stat_tile_says_figure_definition_and_opens_people():
    tile = ui.StatTile(
        "执法力量下沉",
        "65.38",
        "%",
        "/gaps/people/?k=town",
        355,
        543,
        target="60%",
        status="met",
        as_of=DAY,
        basis="政策2022版",
    )
    html = draw("stat_tile", tile=tile)
    assert "355/543人·目标60%" in words(html)
    assert "达标" in html and "#circle-check" in html and 'href="/gaps/people/?k=town"' in html
    assert "截至2022-10-10·政策2022版" in words(html)


@pytest.mark.parametrize(
    ("status", "text", "icon"),
    [("short", "缺6人", "user-minus"), ("overdue", "逾期3天", "clock-exclamation"), ("review", "待核", "eye-question")],
)
def test_stat_tile_status_is_icon_and_word(status, text, icon):
    html = draw("stat_tile", tile=ui.StatTile("审核", "4", status=status, status_text=text))
    assert f"#{icon}" in html and text in html


def test_stat_tile_without_data_and_stale():
    assert "暂无数据" in draw("stat_tile", tile=ui.StatTile("学时", status="none"))
    assert "数字不是最新" in draw("stat_tile", tile=ui.StatTile("学时", "1", stale=True))


@pytest.mark.parametrize(
    ("ratio", "n", "d", "margin", "at", "says"),
    [
        (Fraction(355, 543), 355, 543, 29, "above", "65.38%（355/543）目标60%，余29人"),
        (Fraction(3, 5), 60, 100, 0, "exact", "60.00%（60/100）目标60%，刚好达标"),
        (Fraction(5999, 10000), 5999, 10000, -1, "below", "59.99%（5,999/10,000）目标60%，缺1人"),
    ],
)
def test_ratio_bar(ratio, n, d, margin, at, says):
    html = draw("ratio_bar", bar=ui.RatioBar(ratio, Fraction(3, 5), n, d, margin))
    assert f"ratio-{at}" in html
    assert says in words(html)


def test_ratio_bar_near_miss_is_never_drawn_or_said_as_met():
    html = draw("ratio_bar", bar=ui.RatioBar(Fraction(59999, 100000), 0.6, 59999, 100000, -1))
    assert "59.99%" in html and "60.00%" not in html


def test_ratio_bar_empty():
    assert "未算出：3人工作单位待核。" in draw(
        "ratio_bar", bar=ui.RatioBar(None, 0.6, empty_text="未算出：3人工作单位待核。")
    )
    assert "没有可计算的人员。" in draw("ratio_bar", bar={"ratio": None, "target": 0.6})


def test_line_chart_has_label_marker_and_data_table():
    chart = ui.Chart(
        ["2022-08", "2022-09", "2022-10"],
        [ui.Series("下沉", [0.58, None, Fraction(355, 543)]), ui.Series("目标县", [0.6, 0.6, 0.6])],
        target=0.6,
        target_label="目标60%",
        title="走势",
        percent=True,
    )
    html = draw("chart", chart=chart)
    assert "查看数据" in html and '<td class="r">65.38%</td>' in html and '<td class="r">—</td>' in html
    assert 'stroke-dasharray="8 4"' in html, "a second series differs by more than colour"
    assert "目标60%" in html


def test_bar_chart_is_its_own_table():
    chart = ui.Chart(
        ["30岁及以下", "31–35"], [ui.Series("人数", [4, 8])], kind="bar", title="年龄", urls=["/people/?age=1"]
    )
    html = draw("chart", chart=chart)
    assert '<a href="/people/?age=1">30岁及以下</a>' in html and 'width="50%"' in html and "查看数据" not in html


def test_chart_without_data():
    assert "没有可以画出的数据。" in draw("chart", chart=ui.Chart([], [ui.Series("空", [])]))


def test_stack_bar_names_every_part():
    html = draw(
        "stack_bar", parts=[ui.Part("本编", 41), ui.Part("派驻", 5, tone=2), ui.Part("借出", 0, tone=5)], label="在岗"
    )
    assert 'aria-label="在岗，本编 41，派驻 5，借出 0"' in html and 'width="89.13%"' in html


# --- rows ----------------------------------------------------------------------------------------------------------------
def test_gap_row_open_letter_closed():
    gap = ui.GapRow(
        "虹山镇中队",
        "应配法制审核人员2人",
        2,
        "/units/hs/",
        DAY,
        ("沈启明", ui.Link("聂䶮", "/people/7/")),
        acts=(ui.Link("拟提醒函", "/letters/new/"),),
        people_url="/gaps/people/",
    )
    html = draw("gap_row", gap=gap)
    assert (
        "缺2人" in html
        and "自2022-10-10" in words(html)
        and '<a href="/people/7/">聂䶮</a>' in html
        and "拟提醒函" in html
    )
    assert "已发函 示法〔2022〕3号" in draw(
        "gap_row", gap=ui.GapRow("虹山", "应配", 2, letter="已发函 示法〔2022〕3号")
    )
    assert "已补齐" in draw("gap_row", gap=ui.GapRow("虹山", "应配", closed=True))


@pytest.mark.parametrize("state", ["normal", "out", "left"])
def test_person_row_masks_and_reveals(state):
    person = ui.PersonRow(
        "聂䶮", "/people/7/", "东江镇中队", "在编执法人员", "990***********5530", "2025-03-17", "/people/7/reveal/",
        (("short", "借调中"),), state,
    )  # fmt: skip
    for as_table in (True, False):
        html = draw("person_row", person=person, as_table=as_table)
        assert (
            "990***********5530" in html
            and "查看完整号码" in html
            and "记入审计日志" in html
            and f"person-{state}" in html
        )
    assert draw("person_row", person=person, as_table=True).count("<td") == 6


def test_revealed_number_goes_after_sixty_seconds():
    html = draw("revealed", value="990000199001011234", masked="990***********1234")
    assert 'data-remask="60"' in html and 'data-masked-value="990***********1234"' in html


def test_timeline_states_and_precision():
    html = draw(
        "timeline",
        events=[
            ui.Event(DAY, "派驻东江镇", "示人社〔2022〕8号", "派驻名册第3行"),
            ui.Event(datetime.date(2023, 1, 1), "期满归位", state="planned"),
            ui.Event(datetime.date(2020, 5, 1), "入职", precision="month", state="reversed"),
        ],
    )
    assert "2022-10-10" in html and "示人社〔2022〕8号 · 派驻名册第3行" in html
    assert "计划" in html and "已撤销" in html and ">2020-05<" in html
    assert "暂无派驻记录。" in draw("timeline", events=[], empty="暂无派驻记录。")


def test_stepper_done_is_link_current_is_said():
    steps = [
        ui.Step("上传", "done", "/rosters/1/"),
        ui.Step("预览", "now", note="81行"),
        ui.Step("完成", reason="先处理9行"),
    ]
    html = draw("stepper", steps=steps, label="导入步骤")
    assert (
        'aria-label="导入步骤，第2步，共3步"' in html and 'aria-current="step"' in html and 'href="/rosters/1/"' in html
    )
    blocked = draw("stepper", steps=[ui.Step("上传", "done"), ui.Step("完成", "blocked", reason="先处理9行")], label="")
    assert "先处理9行" in blocked and "#lock" in blocked


def test_diff_table_hides_same_and_shows_conflict():
    lines = [
        ui.DiffLine("职务", "执法员", "副队长", "东江 F12"),
        ui.DiffLine("姓名", "聂䶮", "聂龑", "东江 B12", "conflict"),
        ui.DiffLine("性别", "男", "男", state="same"),
    ]
    html = draw("diff_table", lines=lines, hide_same=True)
    assert "<del>执法员</del>" in html and "<ins>副队长</ins>" in html and "不一致" in html and "性别" not in html
    assert "性别" in draw("diff_table", lines=lines)


@pytest.mark.parametrize(
    ("action", "word"),
    zip(
        ["accept", "fix", "merge", "duplicate", "review", "reject", "skip"],
        ["可导入", "已规范", "合并", "重复", "待核", "拒收", "跳过"],
    ),
)
def test_import_row_actions(action, word):
    row = ui.ImportRow(
        "东江镇中队",
        12,
        action,
        "梁予安",
        "990***********4482",
        (
            ui.IssueLine(
                "身份证号", "9.90102E+17", "", "第12行“身份证号”末几位已丢失。", "请将该列设为文本后重填。", "D"
            ),
        ),
        ui.Link("处理", "/rosters/1/resolve/12/"),
        decided="已选事业" if action == "review" else "",
    )
    html = draw("import_row", row=row, index=1)
    assert word in html and "第12行" in html and "<del>9.90102E+17</del>" in html and "data-row-open" in html
    assert ("row-decided" in html) == (action == "review")


def test_counts_mark_the_current_filter():
    html = draw(
        "counts",
        counts=[ui.Count("全部", 81, "?", True), ui.Count("待核", 9, "?a=review", kind="review", icon="eye-question")],
    )
    assert html.count("aria-current") == 1 and "#eye-question" in html


# --- pickers, forms ------------------------------------------------------------------------------------------------------
def test_as_of_keeps_every_other_parameter():
    html = draw("as_of", as_of=ui.AsOf(DAY, TODAY))
    assert 'value="2022-10-10"' in html and '<input type="hidden" name="unit" value="dj">' in html
    assert 'href="/people/?unit=dj"' in html and "as_of=2026-10-31" in html and "as_of=2025-12-31" in html


def test_as_of_banner_today_past_future_before_data():
    assert words(draw("as_of_banner", as_of=ui.AsOf(TODAY, TODAY))) == ""
    assert words(draw("as_of_banner", as_of=DAY)) == "", "a plain date says nothing about today"
    past = draw("as_of_banner", as_of=ui.AsOf(DAY, TODAY))
    assert "正在查看2022年10月10日的情况" in past and "返回今天" in past and 'href="/people/?unit=dj"' in past
    assert "（按现有登记推算）" in draw("as_of_banner", as_of=ui.AsOf(datetime.date(2027, 1, 1), TODAY))
    before = draw("as_of_banner", as_of=ui.AsOf(DAY, TODAY, earliest=datetime.date(2023, 1, 1)))
    assert "2022年10月10日没有人员数据。" in before and "数据自2023年1月1日起。" in before


def test_frame_and_page_say_the_past_day_once():
    source = (
        """{% extends "base.html" %}{% block content %}{% include "components/as_of_banner.html" %}{% endblock %}"""
    )
    request = RequestFactory().get("/gaps/?as_of=2022-10-10")
    request.user = AnonymousUser()
    html = engines["django"].from_string(source).render({"as_of": ui.AsOf(DAY, TODAY)}, request)
    assert html.count("正在查看") == 1


def test_unit_picker_counts_gaps():
    picker = ui.UnitPicker(
        [
            ui.UnitNode("x", "示范县", "/gaps/?unit=x", gap=13),
            ui.UnitNode("d", "东江镇", "/gaps/?unit=d", 1, current=True),
        ],
        "东江镇",
    )
    html = draw("unit_picker", picker=picker)
    assert "缺13" in html and 'aria-current="true"' in html and "depth-1" in html and "<details" in html


class Filters(forms.Form):
    q = forms.CharField(label="查找", required=False)
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), ("out", "借调中")], required=False)
    gap = forms.BooleanField(label="只看有缺口", required=False)


def test_filter_bar_chips_remove_one_filter_each():
    html = draw(
        "filter_bar", "/people/?unit=dj&state=out&gap=on&q=聂", form=Filters({"state": "out", "gap": "on"}), count=12
    )
    assert "状态：借调中" in html and 'href="/people/?unit=dj&amp;gap=on&amp;q=%E8%81%82"' in html
    assert '<b class="num">12</b> 人' in html and 'name="unit" value="dj"' in html
    assert "清除全部" not in draw("filter_bar", "/people/", form=Filters({}), count=0)


class Sheet(forms.Form):
    start = forms.DateField(label="开始日期")
    doc = forms.CharField(label="文号", required=False, help_text="如 示人社〔2022〕8号")
    kind = forms.ChoiceField(label="类型", choices=[("a", "派驻")], widget=forms.RadioSelect)
    lock = forms.BooleanField(label="锁编", required=False)


def test_field_ties_label_help_and_error_together():
    form = Sheet({"start": "昨天"})
    html = draw("field", field=form["start"])
    assert 'for="id_start"' in html and 'aria-invalid="true"' in html
    assert 'aria-describedby="id_start_error"' in html and 'id="id_start_error"' in html
    helped = draw("field", field=form["doc"])
    assert (
        "（可不填）" in helped and 'id="id_doc_helptext"' in helped and 'aria-describedby="id_doc_helptext"' in helped
    )
    assert "<fieldset" in draw("field", field=form["kind"]) and 'class="check"' in draw("field", field=form["lock"])


def test_whole_form_uses_the_same_markup_and_lists_all_problems():
    html = str(Sheet({}))
    assert "没有保存，请改正后再提交：" in html and 'href="#id_start"' in html and html.count("field-bad") == 2
    form = Sheet({})
    assert "没有保存" in draw("error_summary", form=form) and "没有保存" not in str(form), "a page may show it above"
    assert draw("error_summary", errors=[("第12行校验位不符", "row-12")]).count('href="#row-12"') == 1


def test_confirm_names_consequences_and_focuses_cancel():
    confirm = ui.Confirm(
        "undo",
        "撤销本次导入",
        "撤销导入",
        "/rosters/1/undo/",
        ("31人的新增将恢复原状。",),
        ("聂䶮",),
        "日志保留。",
        True,
        "required",
    )
    html = draw("confirm", confirm=confirm)
    assert '<dialog id="undo"' in html and 'data-dialog="undo"' in html and "autofocus" in html and "31人的新增" in html
    assert 'name="reason"' in html and "required" in html and html.count("撤销导入") == 2
    refused = draw("confirm", confirm=ui.Confirm("u", "撤销", "撤销", "/x/", refused="其后有人改过。"))
    assert "其后有人改过。" in refused and 'type="submit"' not in refused


@pytest.mark.parametrize("state", ["queued", "running", "done", "failed", "cancelled"])
def test_job_polls_only_while_it_runs(state):
    job = ui.JobView(
        "导入48行",
        state,
        31,
        48,
        "正在写入",
        "表已变化" if state == "failed" else "",
        "/jobs/1/poll/",
        ui.Link("看结果", "/r/"),
    )
    html = draw("job", job=job)
    running = state in ("queued", "running")
    assert ("hx-get" in html) == running and ("可离开本页" in html) == running
    assert ("表已变化" in html) == (state == "failed")


@pytest.mark.parametrize("kind", ["empty", "error", "forbidden", "not_found", "stale", "loading"])
def test_state_has_title_reason_next_step(kind):
    html = draw(
        "state", kind=kind, title="没有符合条件的人员。", reason="去掉“借调中”有12人。", act=ui.Link("清除", "/people/")
    )
    assert f"state-{kind}" in html and "去掉“借调中”有12人。" in html and 'href="/people/"' in html


def test_toast_is_polite_and_alert_stays():
    assert 'role="status"' in draw("toast", text="已标为已读")
    assert "#alert-circle" in draw("alert", kind="overdue", text="没有保存")


def test_print_header_says_unit_day_basis_and_who():
    html = draw(
        "print_header",
        unit={"name": "云岭镇中队"},
        title="中队画像",
        as_of=DAY,
        basis="政策2022版",
        printed_by="周岚",
        printed_at="2022-10-10 09:40",
    )
    assert (
        "云岭镇中队·中队画像" in words(html)
        and "口径：政策2022版" in html
        and "周岚2022-10-10" in words(html)
        and "内部资料" in html
    )


def test_pager_keeps_the_query():
    page = Paginator(range(205), 20).page(3)
    html = draw("pager", page=page)
    assert "第41–60条，共205条" in words(html) and 'href="/people/?unit=dj&amp;as_of=2022-10-10&amp;page=4"' in html
    assert "<ul>" not in draw("pager", page=Paginator(range(3), 20).page(1))


def test_a_form_with_a_problem_of_the_whole_form_draws_its_summary():
    class Asked(forms.Form):
        name = forms.CharField()

        def clean(self):
            raise forms.ValidationError("两项不能同时填写。")

    page = str(Asked({"name": "甲"}))
    assert page.count("两项不能同时填写。") == 1 and 'role="alert"' in page
