"""The tree of knowledge points: new ones, other names, other places."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from exams.actions import topics as actions
from exams.forms.bank import TopicForm, TopicNewForm, TopicPlaceForm
from exams.models import Topic
from exams.queries import bank as queries
from exams.views.bank import crumb
from exams.views.bank_pages import FormPage, form_page
from portal.access import access_of, require
from portal.actions.errors import Refused
from portal.ui import Link


@require("bank.view")
@require_GET
def topics(request):
    """/exams/topics/: the tree with what each point holds in all banks."""
    context = {
        "shape": queries.shape(),
        "may_edit": access_of(request).can("bank.edit"),
        "active_key": "banks",
    }
    return render(request, "exams/bank/topics.html", context)


def _words(title: str, verb: str, done: str, intro=()) -> FormPage:
    here = reverse("exams:topics")
    return FormPage(title, verb, here, done, [crumb(), Link(_("知识点"), here)], intro)


@require("bank.edit")
@require_http_methods(["GET", "POST"])
def topic_new(request):
    """/exams/topics/new/?parent=…"""
    form = TopicNewForm(request.POST or None, initial={"parent": request.GET.get("parent", "")})
    return form_page(request, form, actions.save_topic, _words(_("新增知识点"), _("新增"), _("已新增知识点。")))


def _reach(pk: int) -> Topic:
    topic = Topic.objects.filter(pk=pk).first()
    if topic is None:
        raise Http404
    return topic


@require("bank.edit")
@require_http_methods(["GET", "POST"])
def topic_edit(request, pk):
    """/exams/topics/<pk>/: another name."""
    topic = _reach(pk)
    form = TopicForm(request.POST or None, initial={"name": topic.name})
    intro = [_("改名对所有题库和试卷生效，已定稿的试卷不受影响。")]
    page = _words(_("修改知识点：%(name)s") % {"name": topic.name}, _("保存"), _("已保存。"), intro)
    return form_page(request, form, partial(actions.save_topic, topic=topic), page)


@require("bank.edit")
@require_http_methods(["GET", "POST"])
def topic_move(request, pk):
    """/exams/topics/<pk>/move/: another place."""
    topic = _reach(pk)
    above = topic.get_parent()
    form = TopicPlaceForm(request.POST or None, initial={"parent": str(above.pk) if above else ""})
    intro = [_("连同下级知识点一起移动。两个知识点重复的，把一个移到另一个之下，按上级统计和抽题。")]
    page = _words(_("移动知识点：%(name)s") % {"name": topic.name}, _("移动"), _("已移动。"), intro)
    return form_page(request, form, partial(actions.move_topic, topic=topic), page)


@require("bank.edit")
@require_http_methods(["POST"])
def topic_remove(request, pk):
    """Take away a point that nothing uses."""
    try:
        actions.remove_topic(actor=request.user, now=timezone.now(), topic=_reach(pk))
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("已删除。"), extra_tags="toast")
    return redirect("exams:topics")
