"""Error pages speak plainly, and come up when the database does not (no database fixture here)."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from django.utils import translation

from portal.views import errors


class Unreachable(AnonymousUser):
    """Any look at who it is would be a query."""

    @property
    def is_authenticated(self):
        raise AssertionError("an error page asked who the user is")


@pytest.fixture
def ask():
    request = RequestFactory().get("/gaps/")
    request.user = Unreachable()
    return request


@pytest.mark.parametrize(
    ("view", "status", "says"),
    [
        (errors.bad_request, 400, "没有处理"),
        (errors.forbidden, 403, "需要时请联系本单位政工科。"),
        (errors.not_found, 404, "没有找到这一页"),
        (errors.server_error, 500, "这一页暂时打不开"),
        (errors.csrf_failure, 403, "没有提交"),
    ],
)
def test_error_pages(ask, view, status, says):
    response = view(ask)
    html = response.content.decode()
    assert response.status_code == status and says in html
    assert "！" not in html and "<script" not in html and ' style="' not in html
    assert '<html lang="zh-Hans"' in html and 'href="/"' in html


def test_forbidden_shows_the_reason_a_view_gave(ask):
    assert "只能查看本人的档案。" in errors.forbidden(ask, PermissionDenied("只能查看本人的档案。")).content.decode()


def test_large_text_and_language_hold_on_error_pages(ask):
    ask.COOKIES["portal_large"] = "1"
    with translation.override("en"):
        html = errors.not_found(ask).content.decode()
    assert '<html lang="en" class="large">' in html
