"""What an exam officer does on the pages, step by step, for the journey of exams."""

import re
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import expect

SHEET = Path(__file__).parent.parent / "data" / "exams" / "question_bank_300.xlsx"
TITLE = "东江镇综合行政执法队资格考试"
SQUAD = "东江镇综合行政执法队"
CODE = "731905"


def menu(page, name):
    page.locator("nav").get_by_role("link", name=name, exact=True).locator("visible=true").first.click()


def choose(page, label, text):
    """The option that contains ``text``: names of units are indented."""
    box = page.locator("main").get_by_label(label).and_(page.locator("select")).first
    box.select_option(value=box.locator("option", has_text=text).first.get_attribute("value"))


def moment(when) -> str:
    return timezone.localtime(when).strftime("%Y-%m-%dT%H:%M")


def one_primary(page):
    assert page.locator("main .btn-primary:visible, .action-bar .btn-primary:visible").count() <= 1, page.url


def import_bank(page):
    menu(page, "题库")
    page.get_by_role("link", name="新建题库").click()
    page.get_by_label("名称").fill("公共法律知识")
    page.get_by_label("代码").fill("law-2026")
    page.get_by_label("仅供考试").check()
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("heading", name="公共法律知识", level=1)).to_be_visible()
    one_primary(page)
    page.get_by_role("link", name="导入", exact=True).click()
    page.locator("input[type=file]").set_input_files(SHEET)
    page.get_by_role("button", name="上传并解析").click()
    expect(page.get_by_role("heading", name="预览：这份文件会增加哪些试题")).to_be_visible()
    expect(page.locator(".action-bar")).to_contain_text("可导入300道")
    one_primary(page)
    page.get_by_role("link", name="下一步：确认导入").click()
    page.get_by_label("本批试题已经审定，直接启用").check()
    page.get_by_label("由谁、何时审定").fill("题库审定会，法制科逐题审定")
    page.get_by_role("button", name="确认导入").click()
    expect(page.get_by_role("heading", name="导入完成")).to_be_visible()
    page.get_by_role("link", name="查看题库").click()
    expect(page.locator("main")).to_contain_text("试题300道，可组卷300道")


def make_paper(page):
    menu(page, "试卷")
    page.get_by_role("link", name="新建试卷").click()
    page.get_by_label("名称").fill("公共法律知识（50题）")
    page.get_by_label("代码").fill("gg-50")
    page.get_by_label("按蓝图").or_(page.get_by_label(re.compile("抽题|蓝图"))).first.check()
    page.get_by_label("公共法律知识").check()
    page.get_by_label("合格分").fill("60")
    page.get_by_label("时长（分钟）").fill("90")
    page.locator("main form button[type=submit]").click()
    rows = [("单选题", "单选题", 30, 2), ("多选题", "多选题", 10, 3), ("判断题", "判断题", 10, 1)]
    for at, (title, kind, count, marks) in enumerate(rows):
        if at:
            page.get_by_role("button", name="加一部分").click()
        section = page.locator(".x-sec").nth(at)
        section.get_by_label("名称").fill(title)
        section.get_by_label("题型").select_option(label=kind)
        section.get_by_label("题数").first.fill(str(count))
        section.get_by_label("每题分值").fill(str(marks))
    page.locator(".x-sec").first.get_by_role("button", name="加一条配额").click()
    page.locator("[name=s-0-q-0-difficulty]").select_option(label="中")
    page.locator("[name=s-0-q-0-count]").fill("8")
    one_primary(page)
    page.get_by_role("button", name="检查并保存").click()
    expect(page.locator(".callout.met")).to_contain_text("按题库现状可以组卷。")
    expect(page.locator("dl.facts")).to_contain_text("50题")
    expect(page.locator("dl.facts")).to_contain_text("100分")
    page.get_by_role("link", name="设为可用").click()
    page.locator("main form button[type=submit]").click()
    expect(page.locator(".page-head, header, main").filter(has_text="可用").first).to_be_visible()


def make_sitting(page):
    start = timezone.now() + timedelta(hours=2)
    menu(page, "考务")
    page.get_by_role("link", name="新建场次").first.click()
    page.get_by_label("名称", exact=True).fill(TITLE)
    page.get_by_label("代码").fill("dj-1")
    choose(page, "组织单位", "示例县综合行政执法局")
    page.get_by_label("开考时间").fill(moment(start))
    page.get_by_label("结束时间").fill(moment(start + timedelta(hours=3)))
    page.get_by_label("最早交卷（分钟）").fill("0")
    page.get_by_label("入场口令").fill(CODE)
    choose(page, "试卷", "公共法律知识")
    choose(page, "限定单位", SQUAD)
    page.get_by_label("持证情况").select_option(label="未持有效证件")
    page.get_by_label("合格后写入").select_option(label="行政执法资格")
    page.get_by_label("颁发单位").fill("示例县综合行政执法局")
    one_primary(page)
    page.get_by_role("button", name="建立场次").click()
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible()


def register(page, squad):
    one_primary(page)
    page.get_by_role("link", name="开始报名").click()
    page.get_by_role("button", name="开始报名").click()
    page.locator(".x-areas").get_by_role("link", name="考生").click()
    page.get_by_role("link", name=re.compile("报名$")).first.click()
    one_primary(page)
    expect(page.get_by_label(re.compile("^选择"))).to_have_count(len(squad))
    page.get_by_label("全选本页").check()
    for person in squad:
        expect(page.get_by_label(f"选择{person.name}")).to_be_checked()
    page.get_by_role("button", name="为勾选的人报名").click()
    expect(page.locator("main")).to_contain_text("3人")
    page.get_by_role("link", name=TITLE).first.click()
    page.get_by_role("link", name="截止报名").first.click()
    page.get_by_role("button", name="截止报名").click()
    expect(page.get_by_role("link", name="检查并开放")).to_be_visible()


def give_duties(page):
    page.locator(".x-areas").get_by_role("link", name="监考与阅卷分工").click()
    expect(page.get_by_role("heading", name="监考与阅卷分工")).to_be_visible()
    page.get_by_label("分工").select_option(label="监考")
    choose(page, "人员", "测试invigilator")
    one_primary(page)
    page.get_by_role("button", name="安排").click()
    expect(page.locator("table")).to_contain_text("测试invigilator")
    page.get_by_role("link", name=TITLE).first.click()


def open_it(page):
    page.get_by_role("link", name="检查并开放").click()
    expect(page.locator("main")).to_contain_text("检查通过，可以开放。")
    expect(page.locator("main")).not_to_contain_text("未就绪项")
    one_primary(page)
    page.get_by_role("link", name="开放考试").click()
    page.get_by_role("button", name="开放（3人）").click()
    expect(page.get_by_role("heading", name=TITLE, level=1)).to_be_visible()
    expect(page.get_by_role("link", name="进入监考台")).to_be_visible()
    one_primary(page)
