"""The CMS honours our roles, speaks Chinese, keeps its hands off accounts; policies are saved by our action."""

import base64
from datetime import date
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page

from portal import audit
from portal.actions import grants
from portal.checks import files_behind_the_proxy
from portal.models import AuditEvent, Grant, HomePage, Role
from staffing.models import Policy
from tests.cast import NOW

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def signed(cast):
    """A client that signed in through the page, which also brings the CMS groups up to date."""

    def sign(role):
        client = Client()
        client.post("/sign-in/", {"username": role, "password": "Cast-2026-pass"})
        return client

    return sign


def test_only_editor_and_legal_enter(cast, signed):
    for role in cast.accounts:
        wanted = 200 if role in {Role.EDITOR, Role.LEGAL} else 403
        assert signed(role).get("/cms/").status_code == wanted, role
    assert Client().get("/cms/").status_code == 302
    for door in ("/cms/login/?next=/cms/", "/cms/password_reset/", "/_util/login/?next=/"):
        assert Client().get(door).url.startswith("/sign-in/")


def test_documents_are_for_accounts(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    document = get_document_model().objects.create(title="口径说明", file=ContentFile(b"internal", "basis.txt"))
    turned = Client().get(document.url)
    assert turned.status_code == 302 and turned.url == f"/sign-in/?next={document.url}"
    answer = cast.client("editor").get(document.url)
    assert answer.status_code == 200 and b"".join(answer.streaming_content) == b"internal"
    # Nothing published shows it yet.
    assert cast.client("officer").get(document.url).status_code == 404


def test_pictures_are_for_accounts(cast, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    image = get_image_model().objects.create(
        title="封面", file=ContentFile(PIXEL, "cover.png"), width=1, height=1, file_size=len(PIXEL)
    )
    address = image.file.url
    assert Client().get(address).url == f"/sign-in/?next={address}"
    officer = cast.client("officer")
    answer = officer.get(address)
    assert answer["Content-Type"] == "image/png" and b"".join(answer.streaming_content) == PIXEL
    (tmp_path / "original_images" / "x.html").write_text("<script>")
    (tmp_path / "secret.png").write_bytes(PIXEL)
    for hidden in ("original_images/x.html", "secret.png", "images/../secret.png", "images/none.png", "images/"):
        assert officer.get(f"/media/{hidden}").status_code == 404, hidden


def test_what_nginx_is_told_to_send(cast, settings, tmp_path):
    """Documents and pictures lie in the public storage, recordings in the private one; one location holds both."""
    assert files_behind_the_proxy() == []
    settings.MEDIA_ROOT, settings.SENDFILE_ROOT = str(tmp_path / "public"), str(tmp_path)
    settings.SENDFILE_BACKEND = "django_sendfile.backends.nginx"
    document = get_document_model().objects.create(title="讲义", file=ContentFile(b"%PDF-1.4", "jiangyi.pdf"))
    assert Client().get(document.url).url.startswith("/sign-in/")
    answer = cast.client("editor").get(document.url)
    assert answer["X-Accel-Redirect"].startswith("/protected/public/documents/jiangyi")
    assert answer["Content-Type"] == "application/pdf" and answer.content == b"" and "Content-Encoding" not in answer
    (tmp_path / "public" / "images").mkdir()
    (tmp_path / "public" / "images" / "a.png").write_bytes(PIXEL)
    shown = cast.client("officer").get("/media/images/a.png")
    assert shown["X-Accel-Redirect"] == "/protected/public/images/a.png" and shown.content == b""
    assert files_behind_the_proxy() == []
    settings.SENDFILE_ROOT = str(tmp_path / "private")
    assert [error.id for error in files_behind_the_proxy()] == ["portal.E001"]
    settings.SENDFILE_ROOT = "/"
    assert [error.id for error in files_behind_the_proxy()] == ["portal.E002"]


def test_admin_is_in_chinese_and_hides_what_is_ours(cast, signed):
    page = signed("editor").get("/cms/").content.decode()
    assert 'lang="zh-hans"' in page
    for gone in ("/cms/users/", "/cms/groups/", "/cms/sites/", "/cms/workflows/"):
        assert gone not in page
    for path in ("/cms/users/", "/cms/groups/", "/cms/sites/", "/cms/password_reset/"):
        assert signed("editor").get(path).status_code in (302, 403, 404), path


def test_editor_changes_the_announcement_and_it_is_audited(cast, signed):
    client, home = signed("editor"), HomePage.objects.get()
    form = client.get(f"/cms/pages/{home.pk}/edit/")
    assert form.status_code == 200 and "首页公告" in form.content.decode()
    text = '{"blocks":[{"key":"a","text":"11月20日系统维护","type":"unstyled","depth":0,"inlineStyleRanges":[],"entityRanges":[]}],"entityMap":{}}'
    data = {"title": "首页", "slug": "home", "announcement": text, "action-publish": "1", "comments-TOTAL_FORMS": 0,
            "comments-INITIAL_FORMS": 0, "seo_title": "", "search_description": ""}  # fmt: skip
    answer = client.post(f"/cms/pages/{home.pk}/edit/", data)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert "11月20日系统维护" in cast.client("officer").get("/").content.decode()
    assert AuditEvent.objects.filter(action="announcement.saved", actor=cast.user("editor")).exists()


def test_home_page_cannot_be_deleted(cast, signed):
    home = HomePage.objects.get()
    signed("editor").post(f"/cms/pages/{home.pk}/delete/")
    assert HomePage.objects.live().filter(pk=home.pk).exists()


def test_group_follows_the_grant(cast):
    user, security = cast.account("newcomer"), cast.user("security")
    grant = grants.give_grant(actor=security, now=NOW, user=user, role=Role.EDITOR)
    assert user.groups.filter(name="内容编辑").exists()
    assert Group.objects.get(name="内容编辑").page_permissions.filter(page=Page.get_first_root_node()).count() == 3
    grants.end_grant(actor=security, now=timezone.now(), grant=grant)
    assert not user.groups.exists()


def test_grant_that_ended_by_date_closes_the_door_at_once(cast, signed):
    client = signed("editor")
    Grant.objects.filter(user=cast.user("editor")).update(ends=timezone.now())
    assert client.get("/cms/").status_code == 403


def test_of_two_roles_the_one_that_ended_opens_nothing_more(cast, signed):
    """The legal office still enters, for its policies; the pages went with the editor's grant."""
    editor = cast.user("editor")
    Grant.objects.create(user=editor, role=Role.LEGAL, starts=NOW)
    client, path = signed("editor"), f"/cms/pages/{HomePage.objects.get().pk}/edit/"
    assert client.get(path).status_code == 200
    Grant.objects.filter(user=editor, role=Role.EDITOR).update(ends=timezone.now())
    assert client.get(path).status_code in (302, 403)
    assert client.get(LIST).status_code == 200


# --- policies --------------------------------------------------------------------------------------------------------

LIST, ADD = "/cms/snippets/staffing/policy/", "/cms/snippets/staffing/policy/add/"


class Fields(HTMLParser):
    """What the form of a page would send back unchanged."""

    def __init__(self, page):
        super().__init__()
        self.data, self._open, self._text = {}, None, None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name = attrs.get("name")
        if tag == "input" and name and attrs.get("type") not in ("submit", "search"):
            if attrs.get("type") != "checkbox" or "checked" in attrs:
                self.data[name] = attrs.get("value", "on" if attrs.get("type") == "checkbox" else "")
        elif tag in ("textarea", "select") and name:
            self._open, self.data[name] = name, ""
            self._text = tag == "textarea"
        elif tag == "option" and "selected" in attrs:
            self.data[self._open] = attrs.get("value", "")

    def handle_endtag(self, tag):
        if tag in ("textarea", "select"):
            self._open = self._text = None

    def handle_data(self, data):
        if self._open and self._text:
            self.data[self._open] += data.removeprefix("\n")


def fields(page):
    return Fields(page).data


def test_legal_office_edits_a_policy_and_the_figures_revision_moves(cast, signed):
    client, path = signed("legal"), f"/cms/snippets/staffing/policy/edit/{cast.policy.pk}/"
    assert "测试口径" in client.get(LIST).content.decode()
    data = fields(client.get(path).content.decode())
    data["downstream_target"] = "0.6500"
    before = audit.revision("figures")
    answer = client.post(path, data)
    assert answer.status_code == 302, answer.context["form"].errors
    cast.policy.refresh_from_db()
    assert float(cast.policy.downstream_target) == 0.65 and audit.revision("figures") == before + 1
    row = AuditEvent.objects.get(action="policy.saved")
    assert row.data["changed"] == {"downstream_target": ["0.6000", "0.6500"]}


def test_overlapping_version_is_refused_beside_its_field(cast, signed):
    client = signed("legal")
    data = fields(client.get(ADD).content.decode())
    data |= {"code": "next", "name": "新口径", "start": "2027-01-01", "legal_basis": "《新办法》"}
    answer = client.post(ADD, data)
    assert answer.status_code == 200 and "施行期重叠" in str(answer.context["form"].errors)
    assert Policy.objects.count() == 1 and not AuditEvent.objects.filter(action="policy.saved").exists()
    Policy.objects.update(end=date(2027, 1, 1))
    assert client.post(ADD, data).status_code == 302
    assert Policy.objects.get(code="next").start == date(2027, 1, 1)
    assert AuditEvent.objects.filter(action="policy.saved").count() == 1


def test_policies_are_not_deleted_and_not_the_editors(cast, signed):
    path = f"/cms/snippets/staffing/policy/delete/{cast.policy.pk}/"
    signed("legal").post(path)
    assert Policy.objects.filter(pk=cast.policy.pk).exists()
    assert signed("editor").get(LIST).status_code in (302, 403)
    assert signed("legal").get(f"/cms/pages/{HomePage.objects.get().pk}/edit/").status_code in (302, 403)
