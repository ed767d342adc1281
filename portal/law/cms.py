"""Keeping the law library in the CMS: Wagtail's snippet pages, with our actions behind the save button."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.widgets import AdminDateInput
from wagtail.snippets.views import chooser
from wagtail.snippets.views.snippets import CreateView, EditView, SnippetViewSet

from portal.actions.errors import Refused
from portal.law import actions, queries
from portal.law.models import Article, ArticleVersion, Law
from portal.search.marks import words_of

AMEND, CORRECT, END = "amend", "correct", "end"


class _Saves:
    """Saves by an action; its refusal is shown beside the field it is about."""

    def form_valid(self, form):
        try:
            return super().form_valid(form)
        except Refused as refused:
            form.add_error(refused.field if refused.field in form.fields else None, ValidationError(refused.message))
            self.produced_error_message = refused.message
            return self.form_invalid(form)


class _SavesLaw(_Saves):
    def save_instance(self):
        law = self.form.save(commit=False)
        return actions.save_law(actor=self.request.user, now=timezone.now(), law=law)


class LawCreateView(_SavesLaw, CreateView):
    pass


class LawEditView(_SavesLaw, EditView):
    pass


class LawViewSet(SnippetViewSet):
    model = Law
    icon = "doc-full"
    menu_label = _("法律法规")
    menu_order = 160
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["short_name", "name", "kind", "in_force"]
    list_filter = ["kind"]
    search_fields = ["short_name", "name"]
    list_per_page = 50
    add_view_class = LawCreateView
    edit_view_class = LawEditView
    edit_handler = ObjectList(
        [
            MultiFieldPanel([FieldPanel("name"), FieldRowPanel([FieldPanel("short_name"), FieldPanel("code")])]),
            FieldRowPanel([FieldPanel("kind"), FieldPanel("issuer"), FieldPanel("in_force")]),
        ]
    )


class ArticleForm(WagtailAdminModelForm):
    """An article with the words of its newest version; what saving means is chosen, never guessed."""

    text = forms.CharField(label=_("内容"), widget=forms.Textarea(attrs={"rows": 12}), help_text=_("一款一行。"))
    what = forms.ChoiceField(
        label=_("这次保存是"),
        choices=[
            (AMEND, _("法条修改：自下面的日期起为新版本，旧版本同日失效，引用它的试题暂停组卷")),
            (CORRECT, _("订正录入错误：法条没有修改，只改正现有版本的文字")),
            (END, _("废止：自下面的日期起失效，引用它的试题暂停组卷")),
        ],
        widget=forms.RadioSelect,
        initial=AMEND,
    )
    day = forms.DateField(label=_("日期"), required=False, widget=AdminDateInput)
    source = forms.CharField(label=_("依据或原因"), required=False, max_length=200)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        article = self.instance
        if not article.pk:
            del self.fields["what"]
            return
        self.newest = article.versions.order_by("-start").first()
        if self.newest:
            self.fields["text"].initial = self.newest.text
        for name in ("law", "number", "suffix"):
            self.fields[name].disabled = True

    def clean(self):
        data = super().clean()
        if data.get("what", AMEND) != CORRECT and not data.get("day"):
            self.add_error("day", ValidationError(_("请填写日期。")))
        return data


class ArticleCreateView(_Saves, CreateView):
    def save_instance(self):
        data = self.form.cleaned_data
        return actions.add_article(
            actor=self.request.user,
            now=timezone.now(),
            law=data["law"],
            number=data["number"],
            suffix=data["suffix"],
            chapter=data["chapter"],
            text=data["text"],
            start=data["day"],
            source=data["source"],
        )


class ArticleEditView(_Saves, EditView):
    def save_instance(self):
        data, article = self.form.cleaned_data, self.form.instance
        shared = {"actor": self.request.user, "now": timezone.now()}
        if data["what"] == CORRECT:
            actions.correct_version(**shared, version=self.form.newest, text=data["text"], reason=data["source"])
        elif data["what"] == END:
            actions.end_article(**shared, article=article, end=data["day"], source=data["source"])
        else:
            actions.amend_article(
                **shared, article=article, text=data["text"], start=data["day"], source=data["source"]
            )
        return article


class FindArticle(BaseFilterForm):
    """The chooser's search: 行政处罚法第五十二条 names an article; other words stand in the law's name or the text."""

    q = forms.CharField(
        label=_("查找条文"),
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("如：行政处罚法第五十二条")}),
    )

    def filter(self, articles):
        self.search_query = self.cleaned_data.get("q", "").strip()
        self.is_searching = bool(self.search_query)
        if cited := queries.resolve([self.search_query])[self.search_query]:
            return articles.filter(pk__in=[article.pk for article in cited])
        for word in words_of(self.search_query):
            inside = Q(law__short_name__icontains=word) | Q(chapter__icontains=word)
            texts = ArticleVersion.objects.filter(text__icontains=word).values("article")
            articles = articles.filter(inside | Q(pk__in=texts))
        return articles


class _Articles:
    filter_form_class = FindArticle
    per_page = 20

    def get_object_list(self):
        return Article.objects.select_related("law").order_by("law__kind", "law__short_name", "number", "suffix")


class ArticleChooseView(_Articles, chooser.ChooseView):
    pass


class ArticleResultsView(_Articles, chooser.ChooseResultsView):
    pass


class ArticleChooserViewSet(chooser.SnippetChooserViewSet):
    choose_view_class = ArticleChooseView
    choose_results_view_class = ArticleResultsView


class ArticleViewSet(SnippetViewSet):
    model = Article
    chooser_viewset_class = ArticleChooserViewSet
    icon = "list-ol"
    menu_label = _("法规条文")
    menu_order = 161
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["law", "number", "suffix", "chapter"]
    list_filter = ["law"]
    search_fields = ["law__short_name", "chapter"]
    list_per_page = 100
    add_view_class = ArticleCreateView
    edit_view_class = ArticleEditView
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("law"), FieldPanel("number"), FieldPanel("suffix")]),
            FieldPanel("chapter"),
            FieldPanel("text"),
            FieldPanel("what"),
            FieldRowPanel([FieldPanel("day"), FieldPanel("source")]),
        ],
        base_form_class=ArticleForm,
    )
