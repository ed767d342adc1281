"""Pages that cite an amended article: what changed, and the confirmation that somebody has read them again."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from courses.actions import citations as actions
from courses.forms.comments import ReviewFilter
from courses.models import CitationReview
from courses.queries import citing
from portal.access import access_of, require
from portal.actions.errors import Refused
from portal.ui import Count

PAGE = 20


@require("citations.review")
@require_GET
def reviews(request):
    """/learning/office/citations/: what waits, with the words before and after; and what was settled."""
    form = ReviewFilter(request.GET)
    form.is_valid()
    state, q = form.cleaned_data.get("state", "") or "open", form.cleaned_data.get("q", "")
    page = Paginator(citing.review_rows(state, q), PAGE).get_page(request.GET.get("page"))
    told = citing.review_counts()
    counts = [
        Count(label, told[key or "open"], f"{request.path}?state={key}", current=(key or "open") == state)
        for key, label in form.fields["state"].choices
    ]
    rows = citing.shown(page.object_list, access_of(request).can("cms.edit"))
    context = {"page": page, "rows": rows, "form": form, "counts": counts, "state": state}
    return render(request, "courses/citations/reviews.html", context)


@require("citations.review")
@require_POST
def settle(request):
    """The named reviews are done. A review that is not there is nobody's: 404."""
    wanted = {pk for pk in request.POST.getlist("review") if pk.isascii() and pk.isdigit() and len(pk) < 16}
    rows = list(CitationReview.objects.filter(pk__in=wanted))
    if not rows or len(rows) != len(wanted):
        raise Http404
    try:
        done = actions.settle_reviews(
            actor=request.user, now=timezone.now(), reviews=rows, note=request.POST.get("note", "")
        )
    except Refused as refused:
        messages.error(request, refused.message)
    else:
        if done:
            messages.success(request, ngettext("已复核%(n)d处引用。", "已复核%(n)d处引用。", done) % {"n": done})
    return redirect(reverse("courses:reviews"))
