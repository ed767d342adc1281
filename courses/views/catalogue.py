"""The catalogue: its first page and one section. Wagtail finds the page, these views show it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from courses.forms.catalogue import ChoiceForm
from courses.models import Section
from courses.queries import catalogue as queries
from courses.views.study_kit import viewer_of
from portal.access import require

PAGE = 24


@require("learn.view")
@require_safe
def study_home(request, page):
    """/study/: what one has been told to study, then the newest of every section."""
    viewer = viewer_of(request)
    reader = queries.Reader(viewer.person, viewer.year, viewer.today)
    shelves = queries.shelves(request, reader)
    told = [line for line in reader.assigned if not line.done]
    context = {"page": page, "shelves": shelves, "told": told, "viewer": viewer}
    return render(request, "courses/catalogue/home.html", context)


@require("learn.view")
@require_safe
def section(request, page):
    """/study/<section>/: everything the section holds, narrowed by what the reader asks for."""
    viewer = viewer_of(request)
    reader = queries.Reader(viewer.person, viewer.year, viewer.today)
    holds = Section(page.holds)
    categories = queries.categories(page) if holds == Section.COURSES else []
    form = ChoiceForm(request.GET or None, holds=holds, categories=categories, learner=viewer.takes)
    choice = form.choice()
    rows = Paginator(queries.chosen(page, choice, reader), PAGE).get_page(request.GET.get("page"))
    context = {
        "study": page,
        "page": rows,
        "cards": queries.cards_of(request, holds, rows.object_list, reader),
        "form": form,
        "chosen": bool(choice != queries.Choice()),
        "holds": str(holds),
        "viewer": viewer,
    }
    return render(request, "courses/catalogue/section.html", context)
