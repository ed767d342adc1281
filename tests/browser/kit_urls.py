"""The kernel's addresses plus one page that shows every component at once; only tests see it."""

import datetime
from fractions import Fraction

from django import forms
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template import engines
from django.urls import include, path
from django.utils import translation

from portal import ui
from portal.shell import MenuEntry

DAY, TODAY = datetime.date(2022, 10, 10), datetime.date(2026, 11, 22)
LONG = "示例县综合行政执法局驻东江镇经济开发区综合行政执法三中队"


class Filters(forms.Form):
    q = forms.CharField(label="姓名、工号或完整身份证号", required=False)
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), ("out", "借调中")], required=False)
    kind = forms.ChoiceField(label="人员类别", choices=[("", "全部"), ("o", "在编执法人员")], required=False)
    gap = forms.BooleanField(label="只看有缺口", required=False)


class Facts(forms.Form):
    start = forms.DateField(label="开始日期", widget=forms.DateInput(attrs={"type": "date"}))
    doc = forms.CharField(label="文号", required=False, help_text="如 示人社〔2022〕8号")
    kind = forms.ChoiceField(label="类型", choices=[("a", "派驻"), ("b", "借调")], widget=forms.RadioSelect)
    note = forms.CharField(label="说明", widget=forms.Textarea)
    lock = forms.BooleanField(label="锁编", required=False)


LABELS = {
    "zh": ["学习", "考试", "队伍", "缺口", "文书", "管理"],
    "en": ["Learning", "Examinations", "Personnel", "Gaps", "Documents", "Administration"],
}


def entries(request):
    """A full menu, as long as it gets in either language."""
    labels = LABELS["en" if translation.get_language() == "en" else "zh"]
    return [MenuEntry(f"k{order}", label, "/kit/", "list", order, phone=True) for order, label in enumerate(labels, 1)]


PAGE = """{% extends "base.html" %}{% block title %}全部组件{% endblock %}
{% block crumbs %}<a href="/">首页</a><span>组件</span>{% endblock %}{% block heading %}队伍资格缺口看板{% endblock %}
{% block meta %}<span>模式 <b>赋权</b></span><span>队长 <b class="name">聂䶮</b></span>{% endblock %}
{% block tools %}{% include "components/as_of.html" with as_of=day %}{% include "components/unit_picker.html" %}<button type="button" class="btn btn-secondary" data-print hidden>打印</button>{% include "components/confirm.html" %}{% endblock %}
{% block content %}
{% include "components/error_summary.html" with form=facts %}
{% include "components/toast.html" with text="已标为已读" %}
{% include "components/alert.html" with kind="short" text="3人工作单位待核。" %}
<div class="grid g4">{% for tile in tiles %}{% include "components/stat_tile.html" %}{% endfor %}</div>
<div class="grid g-main"><section class="panel"><div class="panel-h"><h2>下沉比例</h2><span class="muted small">口径：政策2022版</span></div><div class="panel-b">
{% include "components/ratio_bar.html" %}{% include "components/chart.html" with chart=line id="c1" %}{% include "components/stack_bar.html" %}</div></section>
<div class="stack"><section class="panel"><ul class="gaps">{% for gap in gaps %}{% include "components/gap_row.html" %}{% endfor %}</ul></section>
<section class="panel"><div class="panel-b">{% include "components/chart.html" with chart=bars id="c2" %}</div></section></div></div>
<dl class="facts"><div><dt>编制</dt><dd>52<small>名</small></dd><p>实有45，空编7</p></div><div><dt>审核人员{% tag "overdue" "缺3人" %}</dt><dd class="zero">0<small>/ 3</small></dd></div></dl>
{% include "components/stepper.html" with label="导入步骤" %}{% include "components/job.html" %}{% if request.GET.poll %}{% include "components/job.html" with job=polling %}{% endif %}
<section class="panel">{% include "components/counts.html" %}<div class="panel-t"><table class="tbl rows fold" data-row-keys>{% include "components/import_head.html" %}<tbody>{% for row in rows %}{% include "components/import_row.html" %}{% endfor %}</tbody></table></div>{% include "components/pager.html" %}</section>
{% include "components/filter_bar.html" with form=filters count=12 %}
<section class="panel"><div class="panel-t"><table class="tbl fold"><thead><tr><th>姓名</th><th>证</th><th>单位</th><th>类别</th><th>执法证</th><th>状态</th></tr></thead><tbody>{% include "components/person_row.html" with as_table=True %}</tbody></table></div><ul class="people">{% include "components/person_row.html" with as_table=False %}</ul></section>
<section class="panel">{% include "components/timeline.html" %}</section><section class="panel">{% include "components/diff_table.html" %}</section>
<section class="panel">{% include "components/state.html" with kind="empty" title="没有符合条件的人员。" reason="去掉“借调中”有12人。" act=link %}</section>
<form class="form" method="post">{{ facts }}<div class="form-actions"><button class="btn btn-primary">登记变动</button></div></form>
{% include "components/revealed.html" with value="990000199001011234" masked="990***********1234" %}
{% endblock %}
{% block action_bar %}<p>48行可写入</p><a class="btn btn-secondary" href="/">放弃</a>{% endblock %}"""


def kit(request):
    link = ui.Link("清除条件", "/people/")
    context = {
        "link": link,
        "day": ui.AsOf(DAY, TODAY),
        "facts": Facts({"doc": "x"}),
        "filters": Filters(request.GET),
        "picker": ui.UnitPicker(
            [
                ui.UnitNode("x", "示例县", "/gaps/?unit=x", gap=13),
                ui.UnitNode("d", LONG, "/gaps/?unit=d", 1, current=True),
                ui.UnitNode("w", "西岭镇", "/gaps/?unit=w", 1),
            ],
            LONG,
        ),
        "confirm": ui.Confirm(
            "undo", "撤销本次导入", "撤销导入", "/kit/", ("31人的新增将恢复原状。",), ("聂䶮",), "日志保留。", reason="required"
        ),
        "tiles": [
            ui.StatTile("执法力量下沉", "65.38", "%", "/gaps/", 355, 543, target="60%", status="met", as_of=DAY, basis=LONG),
            ui.StatTile("法制审核", "4", "/ 10个中队", "/gaps/", status="overdue", status_text="缺6人", note=LONG),
            ui.StatTile("执法证", "96.31", "%", "", 523, 543, status="short", status_text="21人将到期"),
            ui.StatTile("学时", status="none"),
        ],
        "bar": ui.RatioBar(Fraction(355, 543), 0.6, 355, 543, 29, "下沉比例"),
        "line": ui.Chart(
            [f"2022-{m:02d}" for m in range(1, 13)],
            [
                ui.Series("下沉比例", [Fraction(560 + 8 * m, 1000) for m in range(12)]),
                ui.Series("持证比例", [Fraction(940 - 9 * m, 1000) for m in range(12)]),
            ],
            target=0.6,
            target_label="目标60%",
            title="走势",
            percent=True,
        ),
        "bars": ui.Chart(["30岁及以下", "56岁及以上"], [ui.Series("人数", [4, 13])], kind="bar", title="年龄", unit="人"),
        "parts": [ui.Part("本编", 41), ui.Part("派驻", 5, LONG, 2), ui.Part("借入", 1, tone=3), ui.Part("借出", 4, tone=5)],
        "total_text": "＝ 在岗47人",
        "label": "在岗",
        "gaps": [
            ui.GapRow(LONG, "应配法制审核人员2人", 2, "/units/d/", DAY, ("沈启明", "聂䶮"), acts=(link,), people_url="/gaps/people/"),
            ui.GapRow("虹山镇中队", "应配", closed=True),
        ],
        "steps": [ui.Step("上传", "done", "/"), ui.Step("列对应", "done", "/"), ui.Step("预览", "now", note="81行"), ui.Step("处理待核"), ui.Step("完成")],
        "job": ui.JobView("导入48行", "done", 48, 48, "已写入", result=link),
        "polling": ui.JobView("解析花名册", "running", 3, 10, "正在解析", poll_url="/kit/poll/"),
        "counts": [ui.Count(w, 9, f"?a={i}", i == 0, "review", "eye-question") for i, w in enumerate(["全部", "可导入", "已规范", "合并", "重复", "待核", "拒收", "跳过"])],
        "rows": [
            ui.ImportRow("东江镇中队", n, "reject", "梁予安", "990***********4482", (ui.IssueLine("身份证号", "9.90102E+17", "", "末几位已丢失。", "请将该列设为文本后重填。"),), ui.Link("处理", f"/kit/?row={n}"))
            for n in range(3)
        ],
        "page": Paginator(range(2050), 20).page(50),
        "person": ui.PersonRow("聂䶮", "/people/7/", LONG, "在编执法人员", "990***********5530", "2025-03-17", "/kit/", (("short", "借调中"),)),
        "events": [ui.Event(DAY, f"派驻{LONG}", "示人社〔2022〕8号", "派驻名册第3行"), ui.Event(TODAY, "期满归位", state="planned")],
        "lines": [ui.DiffLine("职务", "执法员", "副队长", "东江 F12")],
    }  # fmt: skip
    return HttpResponse(engines["django"].from_string(PAGE).render(context, request))


def poll(request):
    """Answers a poll: the next state of the job, or what the page asks for with ?as=."""
    how = request.COOKIES.get("poll", "done")
    if how == "broken":
        return HttpResponse("no", status=500)
    if how == "signed-out":
        return HttpResponse("<!doctype html><html lang=zh><title>登录</title></html>")
    source = '{% include "components/job.html" %}'
    job = ui.JobView("解析花名册", "done", 10, 10, "已解析10行")
    return HttpResponse(engines["django"].from_string(source).render({"job": job}, request))


kit.access_action = poll.access_action = "public"
urlpatterns = [path("kit/", kit), path("kit/poll/", poll), path("", include("portal.urls_kernel"))]
