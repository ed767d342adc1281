"""Lecturers as snippets; sessions and series to choose from. Sessions and series themselves are kept on their pages."""

from __future__ import annotations

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic import chooser
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from courses.models import Lecturer, Series, Session


class LecturerViewSet(SnippetViewSet):
    """Guests and own people who teach. Nobody deletes one: lectures held name them."""

    model = Lecturer
    icon = "user"
    menu_label = _("主讲人")
    menu_order = 155
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["name", "title", Column("person", label=_("本单位人员"), accessor=lambda row: row.person or "")]
    search_fields = ["name", "title"]
    list_per_page = 50
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("name"), FieldPanel("title")]),
            FieldPanel("photo"),
            FieldPanel("bio"),
        ]
    )

    def get_queryset(self, request):
        return Lecturer.objects.select_related("person")


register_snippet(LecturerViewSet)


class _Find(BaseFilterForm):
    """The search field of a chooser over a model that is in no index."""

    q = forms.CharField(label=_("查找"), required=False, widget=forms.TextInput(attrs={"type": "search"}))
    columns: tuple[str, ...] = ()

    def filter(self, objects):
        """Rows that hold every word in one of ``columns``."""
        words = self.cleaned_data.get("q", "")
        for word in words.split():
            wanted = Q()
            for column in self.columns:
                wanted |= Q(**{f"{column}__icontains": word})
            objects = objects.filter(wanted)
        self.is_searching, self.search_query = bool(words), words
        return objects


class FindSession(_Find):
    columns = ("title", "series__name", "code")


class _Sessions:
    filter_form_class = FindSession
    ordering = ["-starts_at"]

    @property
    def columns(self):
        return [
            *super().columns,
            Column("series", label=_("系列"), accessor="series.name"),
            Column(
                "day",
                label=_("时间"),
                accessor=lambda row: timezone.localtime(row.starts_at).strftime("%Y-%m-%d %H:%M"),
            ),
            Column("page", label=_("讲座页"), accessor=lambda row: row.page.title if hasattr(row, "page") else ""),
        ]

    def get_object_list(self):
        return Session.objects.select_related("series", "page").exclude(state=Session.State.CANCELLED)


class SessionChooseView(_Sessions, chooser.ChooseView):
    pass


class SessionResultsView(_Sessions, chooser.ChooseResultsView):
    pass


class SessionChooser(ChooserViewSet):
    model = Session
    icon = "date"
    choose_one_text = _("选择场次")
    choose_another_text = _("换一个场次")
    edit_item_text = _("修改场次")
    choose_view_class = SessionChooseView
    choose_results_view_class = SessionResultsView
    per_page = 20


class FindSeries(_Find):
    columns = ("name", "code")


class SeriesChooseView(chooser.ChooseView):
    filter_form_class = FindSeries


class SeriesResultsView(chooser.ChooseResultsView):
    filter_form_class = FindSeries


class SeriesChooser(ChooserViewSet):
    model = Series
    icon = "list-ul"
    choose_one_text = _("选择系列")
    choose_another_text = _("换一个系列")
    edit_item_text = _("修改系列")
    choose_view_class = SeriesChooseView
    choose_results_view_class = SeriesResultsView
    per_page = 20


@hooks.register("register_admin_viewset")
def session_chooser():
    return SessionChooser("session_chooser")


@hooks.register("register_admin_viewset")
def series_chooser():
    return SeriesChooser("series_chooser")
