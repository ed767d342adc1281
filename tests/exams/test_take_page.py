"""Entering and the frame of the paper: who may, what is said when not, and that the frame holds no question."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from exams.actions import taking
from exams.models import Attempt, Registration, Sitting
from tests.exams.sitting_now import OpenSitting


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def hall(cast, now):
    return OpenSitting(cast, opens_at=now - timedelta(hours=1), closes_at=now + timedelta(hours=5), earliest_minutes=0)


def client_of(person, **headers) -> Client:
    client = Client(headers=headers)
    client.force_login(person.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


@pytest.fixture
def person(hall):
    return hall.newcomer("江予白")


@pytest.fixture
def client(person):
    return client_of(person, user_agent="Mozilla/5.0 (Windows NT 10.0) Chrome/120.0")


ENTER = "/exams/enter/live/"


def test_enter_begins_once_and_remembers_the_device(hall, client, person):
    page = client.get(ENTER).content.decode()
    assert "开始作答" in page and "时长60分钟，满分100分" in page and "江予白" in page
    answer = client.post(ENTER, {"position": "1"})
    attempt = Attempt.objects.get()
    assert answer.url == f"/exams/take/{attempt.pk}/" and attempt.device == "Windows · Chrome 120"
    assert client.post(ENTER, {"position": "1"}).url == answer.url
    assert client.get(answer.url + "paper/").json()["mine"] is True
    page = client.get(ENTER).content.decode()
    assert "继续作答" in page and "作答中" in page and "开始作答" not in page


def test_the_frame_holds_no_question(hall, client):
    url = client.post(ENTER, {"position": "1"}).url
    page = client.get(url).content.decode()
    assert "江予白" in page and "秋季执法资格考试" in page and "单选1" not in page and "选项甲" not in page
    assert 'fill-opacity="0.07">江予白 ' in page and "js/take/main.js" in page
    Sitting.objects.filter(pk=hall.live.pk).update(watermark=False)
    assert "x-water" not in client.get(url).content.decode()


def test_another_device_is_told_and_may_take_over(hall, client, person):
    url = client.post(ENTER, {"position": "1"}).url
    phone = client_of(person, user_agent="Mozilla/5.0 (Linux; Android 11) Chrome/99.0")
    page = phone.get(ENTER).content.decode()
    assert "本卷正在其他设备上作答（Windows · Chrome 120）" in page and "在本机继续作答" in page
    assert phone.post(ENTER, {"position": "1"}).status_code == 422
    attempt = Attempt.objects.get()
    assert phone.post(ENTER, {"takeover": str(attempt.pk)}).url == url
    assert phone.get(url + "paper/").json()["mine"] is True
    assert client.get(url + "paper/").json()["mine"] is False
    other = client_of(hall.newcomer())
    assert other.post(ENTER, {"takeover": str(attempt.pk)}).status_code == 404
    assert other.get(url).status_code == 404


def test_handed_in_page(hall, client, person, now):
    url = client.post(ENTER, {"position": "1"}).url
    attempt = Attempt.objects.get()
    taking.hand_in(actor=person.user, attempt_id=attempt.pk, lease=attempt.lease, now=timezone.now())
    page = client.get(url).content.decode()
    assert "已交卷：6题答0题。成绩发布后通知您。" in page and "main.js" not in page
    page = client.get(ENTER).content.decode()
    assert "已交卷，本科目不能再次进入。" in page and "查看交卷情况" in page
    assert client.post(ENTER, {"position": "1"}).status_code == 422


def test_waiting_counts_down_from_the_server(hall, client):
    soon = timezone.now() + timedelta(minutes=5)
    Sitting.objects.filter(pk=hall.live.pk).update(opens_at=soon)
    page = client.get(ENTER).content.decode()
    assert "开考，到时自动进入。" in page and "disabled" in page
    assert 290 < float(re.search(r'data-wait="([\d.]+)"', page)[1]) <= 300
    assert client.post(ENTER, {"position": "1"}).status_code == 422


def test_entry_code_and_addresses(hall, client):
    Sitting.objects.filter(pk=hall.live.pk).update(entry_code="3721")
    assert "入场口令" in client.get(ENTER).content.decode()
    answer = client.post(ENTER, {"position": "1", "entry_code": "1"})
    assert answer.status_code == 422 and "入场口令不正确" in answer.content.decode()
    Sitting.objects.filter(pk=hall.live.pk).update(addresses="10.1.2.0/24")
    answer = client.post(ENTER, {"position": "1", "entry_code": "3721"})
    assert "限在指定网段内参加" in answer.content.decode()
    Sitting.objects.filter(pk=hall.live.pk).update(addresses="127.0.0.0/8")
    assert client.post(ENTER, {"position": "1", "entry_code": "3721"}).status_code == 302


@pytest.mark.parametrize(
    ("state", "says"),
    [("pending", "还在审核中"), ("refused", "您的报名状态为“未通过”"), ("approved", "本场考试尚未开放")],
)
def test_why_not(hall, state, says):
    Sitting.objects.filter(pk=hall.sitting.pk).update(closes_at=timezone.now() + timedelta(days=2))
    person = hall.candidate("候考生", 290, sitting=hall.sitting)
    Registration.objects.filter(person=person).update(state=state)
    assert says in client_of(person).get("/exams/enter/s1/").content.decode()


def test_strangers_and_odd_forms(hall, client, cast):
    assert client.get("/exams/enter/s1/").status_code == 404
    assert client.get("/exams/enter/none/").status_code == 404
    for position in ("", "x", "²", "-1"):
        assert client.post(ENTER, {"position": position}).status_code == 404
    assert client.post(ENTER, {"position": "99999999"}).status_code == 422
    assert cast.client("officer").get(ENTER).status_code == 404
    assert cast.client("hr").get(ENTER).status_code == 403


def test_late_and_over_are_said(hall, client):
    Sitting.objects.filter(pk=hall.live.pk).update(late_minutes=30)
    assert "不得入场，请与监考联系" in client.get(ENTER).content.decode()
    Sitting.objects.filter(pk=hall.live.pk).update(closes_at=timezone.now() - timedelta(minutes=1))
    assert "本场考试已于" in client.get(ENTER).content.decode()


def test_enter_and_take_cost_few_queries(hall, client, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        client.get(ENTER)
    url = client.post(ENTER, {"position": "1"}).url
    with django_assert_max_num_queries(8):
        client.get(url)
