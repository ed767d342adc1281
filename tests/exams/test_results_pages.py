"""Pages of marking, results, scores and appeals: what each role sees, and nothing of what it must not."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from exams.actions import appeals, marking, results
from exams.models import Appeal, ExamImport, KeyDecision, MarkingTask, Register, Registration, Sitting
from portal import jobs
from portal.models import Grant, Job
from staffing.models import Person
from tests.cast import NOW
from tests.exams.closed import FAILS, MACHINE, PASSES, SatCast

SAMPLE = Path(__file__).resolve().parents[1] / "data/exams/exam_scores_79.xlsx"


@pytest.fixture
def sat(cast):
    return SatCast(cast)


@pytest.fixture
def marked(sat):
    sat.good, sat.bad = sat.sit(PASSES, items=MACHINE), sat.sit(FAILS, items=MACHINE)
    marking.mark_closed(now=NOW)
    return sat


def client_of(sat, user):
    client = sat.cast.client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def text_of(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


# --- markers ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def tasks(sat):
    for _n in range(3):
        sat.sit()
    marking.mark_closed(now=NOW)
    sat.one, sat.two = sat.marker("m1"), sat.marker("m2")
    marking.assign_markers(actor=sat.office, now=NOW, sitting=sat.closed)
    return sat


def test_a_marker_gets_no_byte_about_the_candidate(tasks):
    client = client_of(tasks, tasks.one)
    pages = [client.get("/exams/marking/")]
    pages += [client.get(f"/exams/marking/{task.code}/") for task in MarkingTask.objects.filter(marker=tasks.one)]
    assert len(pages) == 4
    secrets = []
    for registration in Registration.objects.select_related("person", "unit", "sitting"):
        person = registration.person
        secrets += [person.name, person.staff_no, person.id_number, person.id_masked, registration.exam_no]
        secrets += [registration.unit.name, registration.unit.code]
    secrets += [str(task.attempt_id) for task in MarkingTask.objects.all()]
    for page in pages:
        text = text_of(page)
        for secret in secrets:
            assert secret not in text, secret


def test_a_marker_marks_one_after_the_other(tasks):
    client = client_of(tasks, tasks.one)
    text = text_of(client.get("/exams/marking/"))
    assert "待评 3 份" in text and "开始阅卷" in text
    code = MarkingTask.objects.filter(marker=tasks.one).first().code
    page = text_of(client.get(f"/exams/marking/{code}/"))
    assert "指出无资格" in page and "参考答案" in page and "孙某没有执法资格" in page
    answer = client.post(f"/exams/marking/{code}/", {"point_1": "7", "point_2": "4"})
    assert answer.status_code == 422 and "第1项应在0至6分之间" in answer.content.decode()
    answer = client.post(f"/exams/marking/{code}/", {"point_1": "5", "point_2": "4", "comment": "清楚"})
    assert answer.status_code == 302 and answer.url.startswith("/exams/marking/") and answer.url != "/exams/marking/"
    task = MarkingTask.objects.get(code=code)
    assert (task.state, task.marks, task.points) == ("done", 18, ["5", "4"])


def test_the_list_of_tasks_has_pages(tasks, monkeypatch):
    monkeypatch.setattr("exams.queries.marking.SHOWN", 1)
    client = client_of(tasks, tasks.one)
    first = client.get("/exams/marking/").context["mine"]
    last = client.get(f"/exams/marking/?page={first.page.paginator.num_pages}").context["mine"]
    assert first.page.paginator.count == first.total and len(first.lines) == len(last.lines) == 1
    assert "案例" in first.lines[0].kind
    assert first.total == 1 or first.lines != last.lines


def test_another_markers_task_does_not_exist(tasks):
    code = MarkingTask.objects.filter(marker=tasks.two).first().code
    client = client_of(tasks, tasks.one)
    assert client.get(f"/exams/marking/{code}/").status_code == 404
    assert client.post(f"/exams/marking/{code}/", {"point_1": "1", "point_2": "1"}).status_code == 404


def test_the_marking_pages_read_little(tasks, django_assert_max_num_queries):
    client = client_of(tasks, tasks.one)
    with django_assert_max_num_queries(20):
        client.get("/exams/marking/")
    code = MarkingTask.objects.filter(marker=tasks.one).first().code
    with django_assert_max_num_queries(20):
        client.get(f"/exams/marking/{code}/")


def test_the_office_assigns_and_watches(sat):
    sat.sit()
    client = sat.cast.client("exam")
    assert "机器未评 1" in text_of(client.get("/exams/sittings/c1/marking/"))
    client.post("/exams/sittings/c1/marking/assign/")
    text = text_of(client.get("/exams/sittings/c1/marking/"))
    assert "每份答卷须由两名阅卷人员" in text and "机器未评 0" in text
    sat.marker("m1"), sat.marker("m2")
    client.post("/exams/sittings/c1/marking/assign/")
    assert "其中未分派 0" in text_of(client.get("/exams/sittings/c1/marking/"))


# --- register --------------------------------------------------------------------------------------------------------


def test_before_release_only_the_office_sees_results(marked):
    text = text_of(marked.cast.client("exam").get("/exams/sittings/c1/register/"))
    assert "报名2＝合格1＋不合格1＋弃考0＋缺考0＋取消0" in text and "发布成绩（1人合格）" in text
    assert "合格率（按实考人数）" in text and "合格率（按报名人数）" in text
    for role in ("hr", "clerk", "leader", "legal", "squad_lead"):
        held = text_of(marked.cast.client(role).get("/exams/sittings/c1/register/"))
        assert "成绩尚未发布" in held and "合格1" not in held and marked.good.user.person.name not in held
    own = text_of(client_of(marked, marked.good.user).get("/exams/results/c1/"))
    assert "成绩尚未发布" in own and "70" not in own


def test_release_is_asked_then_done_as_a_job(marked, django_capture_on_commit_callbacks):
    client = marked.cast.client("exam")
    asked = text_of(client.get("/exams/sittings/c1/register/release/"))
    assert "发布成绩（1人合格）" in asked and "颁发合格证明" in asked and "不能撤回" in asked
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post("/exams/sittings/c1/register/release/")
    job = Job.objects.get(kind="exams.release")
    assert answer.url == f"/jobs/{job.pk}/"
    jobs.run(job.pk)
    text = text_of(client.get("/exams/sittings/c1/register/"))
    assert "第1版" in text and "已写入资格" in text and "发布成绩（" not in text
    assert "与定稿一致" in text_of(client.get("/exams/sittings/c1/register/1/"))


def test_what_is_pending_is_shown_instead_of_the_button(sat):
    sat.sit()
    marking.mark_closed(now=NOW)
    client = sat.cast.client("exam")
    text = text_of(client.get("/exams/sittings/c1/register/"))
    assert "1份主观题未评完，不能发布。" in text and "register/release/" not in text
    answer = client.post("/exams/sittings/c1/register/release/")
    assert answer.status_code == 422 and not Register.objects.exists()


@pytest.fixture
def released(marked):
    results.release(actor=marked.office, now=NOW, sitting=marked.closed)
    # Pages go by the real clock.
    Sitting.objects.filter(pk=marked.closed.pk).update(appeals_until=timezone.now() + timedelta(days=1))
    marked.closed.refresh_from_db()
    return marked


def test_after_release_each_sees_their_own_people(released):
    name = released.good.user.person.name
    for role in ("hr", "clerk", "leader"):
        assert name in text_of(released.cast.client(role).get("/exams/sittings/c1/register/"))
    far = released.cast.account("clerk_west")
    Grant.objects.create(user=far, role="clerk", unit=released.cast.west, starts=NOW.replace(year=2021))
    text = text_of(client_of(released, far).get("/exams/sittings/c1/register/"))
    assert name not in text and "报名2" not in text


def test_another_offices_sitting_does_not_exist(released):
    far = released.cast.account("exam_west")
    Grant.objects.create(user=far, role="exam", unit=released.cast.west, starts=NOW.replace(year=2021))
    client = client_of(released, far)
    for path in ("marking/", "appeals/", "archive/", "scores/", "register/release/", "register/1/", "register/pdf/"):
        assert client.get(f"/exams/sittings/c1/{path}").status_code == 404, path
    assert client.get(f"/exams/attempts/{released.good.pk}/").status_code == 404


def test_filters_pages_and_files(released):
    client = released.cast.client("exam")
    text = text_of(client.get("/exams/sittings/c1/register/?part=failed"))
    assert released.bad.user.person.name in text and released.good.user.person.name not in text
    text = text_of(client.get(f"/exams/sittings/c1/register/?q={released.good.user.person.name}"))
    assert released.bad.user.person.name not in text
    assert client.get("/exams/sittings/c1/register/?part=none").status_code == 404
    book = client.post("/exams/sittings/c1/register/xlsx/")
    data = b"".join(book.streaming_content)
    assert data[:2] == b"PK" and released.good.user.person.id_number.encode() not in data
    pdf = client.get("/exams/sittings/c1/register/pdf/")
    assert pdf.content[:5] == b"%PDF-"


def test_the_register_page_reads_little(released, django_assert_max_num_queries):
    client = released.cast.client("exam")
    with django_assert_max_num_queries(20) as few:
        client.get("/exams/sittings/c1/register/")
    for _n in range(15):
        released.sit(PASSES, items=MACHINE)
    marking.mark_closed(now=NOW)
    with django_assert_max_num_queries(20) as many:
        client.get("/exams/sittings/c1/register/")
    assert len(many) <= len(few)


def test_a_change_after_release_asks_for_a_correction(released):
    KeyDecision.objects.create(
        sitting=released.closed,
        version=released.questions["单选1"].current,
        kind="void",
        challenge="有误",
        raised_by=released.office,
        raised_at=NOW,
        decided_by=released.office,
        decided_at=NOW,
    )
    version = released.questions["单选1"].current
    marking.remark(actor=released.office, now=NOW, sitting=released.closed, version=version)
    client = released.cast.client("exam")
    assert "登记册尚未更正" in text_of(client.get("/exams/sittings/c1/register/"))
    assert client.post("/exams/sittings/c1/register/correct/", {"reason": ""}).status_code == 422
    assert client.post("/exams/sittings/c1/register/correct/", {"reason": "单选1作废"}).status_code == 302
    text = text_of(client.get("/exams/sittings/c1/register/"))
    assert "第2版" in text and "单选1作废" in text and "尚未更正" not in text


# --- the candidate ---------------------------------------------------------------------------------------------------


def test_the_own_result_has_totals_and_no_question(released):
    text = text_of(client_of(released, released.bad.user).get("/exams/results/c1/"))
    assert "不合格" in text and "第1部分" in text and "申请成绩复核" in text and "补考1次" in text
    for question in released.questions.values():
        version = question.current
        assert version.stem not in text and f"解析{version.stem}" not in text
        assert not any(option["text"] in text for option in version.options if len(option["text"]) > 2)
    assert client_of(released, released.cast.user("officer")).get("/exams/results/c1/").status_code == 404


def test_an_appeal_from_end_to_end(released):
    candidate, office = client_of(released, released.bad.user), released.cast.client("exam")
    assert candidate.post("/exams/results/c1/1/appeal/", {"reason": ""}).status_code == 422
    assert candidate.post("/exams/results/c1/1/appeal/", {"reason": "第1题应为对"}).status_code == 302
    assert "待复核" in text_of(candidate.get("/exams/results/c1/"))
    assert candidate.get("/exams/results/c1/9/appeal/").status_code == 404
    appeal = Appeal.objects.get()
    assert "第1题应为对" in text_of(office.get("/exams/sittings/c1/appeals/"))
    page = text_of(office.get(f"/exams/appeals/{appeal.pk}/"))
    assert "单选1选项甲" in page and "复核意见" in page and 'name="score_0"' in page
    answer = office.post(f"/exams/appeals/{appeal.pk}/", {"changed": "1", "answer": "误判", "score_0": "99"})
    assert answer.status_code == 422
    answer = office.post(f"/exams/appeals/{appeal.pk}/", {"changed": "1", "answer": "误判", "score_0": "40"})
    assert answer.status_code == 302
    text = text_of(candidate.get("/exams/results/c1/"))
    assert "已更正" in text and "误判" in text and "合格证明" in text
    assert "误判" in text_of(office.get(f"/exams/appeals/{appeal.pk}/"))


def test_an_appeal_page_reads_little(released, django_assert_max_num_queries):
    appeals.apply(actor=released.bad.user, now=NOW, entry=released.bad.entry, reason="请复核")
    client = released.cast.client("exam")
    with django_assert_max_num_queries(22):
        client.get(f"/exams/appeals/{Appeal.objects.get().pk}/")


# --- score sheets ----------------------------------------------------------------------------------------------------


@pytest.fixture
def offline(sat):
    return sat.make_sitting("off", "线下考试", online=False)


def upload(client):
    file = SimpleUploadedFile("成绩.xlsx", SAMPLE.read_bytes())
    return client.post("/exams/sittings/off/scores/", {"file": file})


def test_a_sheet_is_looked_at_before_it_is_written(sat, offline):
    client = sat.cast.client("exam")
    answer = upload(client)
    assert answer.status_code == 302
    text = text_of(client.get(answer.url))
    assert "报名79＝合格77＋不合格1＋弃考1＋缺考0＋取消0" in text and "库中没有此人" in text
    assert "?people=1" not in text and "确认导入" not in text
    row = Person.objects.count()
    assert client.post(f"{answer.url}commit/?people=1").status_code == 422
    assert Person.objects.count() == row
    batch = ExamImport.objects.get()
    assert "990001199906206627" not in text
    assert b"990001199906206627" not in Path(storages["private"].path(batch.plan_file)).read_bytes()
    client.post(f"/exams/scores/{batch.pk}/discard/")
    assert ExamImport.objects.get().state == "discarded"


def test_hr_and_exam_in_one_hand_may_add_the_people(sat, offline):
    both = sat.cast.user("exam")
    Grant.objects.create(user=both, role="hr", starts=NOW.replace(year=2021))
    client = sat.cast.client("exam")
    address = upload(client).url
    assert "同时登记库中没有的79人" in text_of(client.get(address))
    asked = text_of(client.get(f"{address}commit/?people=1"))
    assert "新增人员79人" in asked and "区市场监管局" in asked
    assert client.post(f"{address}commit/?people=1").status_code == 302
    text = text_of(client.get("/exams/sittings/off/register/"))
    assert "报名79＝合格77＋不合格1＋弃考1＋缺考0＋取消0" in text and "发布成绩（77人合格）" in text
    assert client.get(address).status_code == 302


def test_a_file_that_is_no_sheet(sat, offline):
    client = sat.cast.client("exam")
    file = SimpleUploadedFile("a.csv", io.BytesIO("甲,乙\n1,2\n".encode()).read())
    answer = client.post("/exams/sittings/off/scores/", {"file": file})
    assert answer.status_code == 422 and "没有识别到成绩表" in answer.content.decode()
    assert "线上场次的成绩由系统评定" in text_of(client.get("/exams/sittings/c1/scores/"))
