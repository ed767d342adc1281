"""/study/…: study pages found by their address, in two queries instead of two at each level of the tree."""

from __future__ import annotations

from wagtail import views
from wagtail.url_routing import RouteResult

from courses.queries.study import published_at
from portal.access import require


@require("learn.view")
def study(request, below=""):
    """What an editor has published at /study/``below``/; what is not found this way goes Wagtail's own.

    Wagtail serves the page in either case: its hooks run and view restrictions hold.
    """
    path = f"study/{below}/" if below else "study/"
    page = published_at(path)
    if page is not None:
        # Where Wagtail keeps the page it found for a request (Page.route_for_request).
        request._wagtail_route_for_request = RouteResult(page)
    return views.serve(request, path)
