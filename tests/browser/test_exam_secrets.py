"""Nothing that a candidate's browser is sent before the release tells the key: every byte is read."""

import hashlib
import json
from collections import Counter
from urllib.parse import quote

from django.utils import timezone
from playwright.sync_api import expect

from exams.actions import marking
from exams.delivery import memory, tokens
from exams.models import Attempt, QuestionKey
from exams.rules.papers import draw
from tests.browser.hall import closing, go, here, saved

EXPLAINED, RUBRIC, REFERENCE, WORTH = "解析暗号琥珀", "评分要点暗号松柏", "参考答案暗号竹石", "采分暗号"
PLANTED = {"explanation": EXPLAINED, "rubric": RUBRIC, "reference": REFERENCE, "blank": "填空暗号兰草"}
# Every name that may stand in what the server sends about a paper. A new one has to be thought about, then added.
NAMES = {
    "paper": "attempt title paper candidate watermark state remaining extra earliest lease mine next_seq sections items "
    "answers messages grace server_now at url",
    "candidate": "name staff_no",
    "sections": "title kind marks count",
    "items": "n s kind form marks stem material case picture options blanks",
    "options": "t text picture",
}


class Ear:
    """Every byte that a browser context receives: {address: [head and body]}. Nothing comes out of a cache."""

    def __init__(self, context):
        self.heard = {}
        context.route("**/*", self.listen)

    def listen(self, route):
        answer = route.fetch(max_redirects=0)
        head = "\n".join(f"{line['name']}: {line['value']}" for line in answer.headers_array)
        self.heard.setdefault(route.request.url, []).append((head.encode(), answer.body()))
        route.fulfill(response=answer)


def plant(hall):
    """Words in every key that occur nowhere else."""
    for key in QuestionKey.objects.select_related("version"):
        key.explanation = EXPLAINED
        if key.version.form == "written":
            key.answer, key.rubric = REFERENCE, [{"text": RUBRIC, "marks": "6"}, {"text": WORTH, "marks": "4"}]
        elif key.version.form == "blank":
            key.answer = [[PLANTED["blank"]]]
        key.save()


def names_of(value, path="paper"):
    """(path, name) of every member in a JSON value; the items of a list stand under the list's name."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield path, name
            yield from names_of(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from names_of(inner, path)


def sit(hall, browser, person, ear_of):
    """A whole exam in a browser of its own: enter, answer everything, hand in, look around. (attempt, the paper's JSON)"""
    page = hall.device(browser, person)
    with closing(page):
        ear = ear_of(page.context)
        page.goto(f"{hall.url}/exams/")
        attempt = hall.enter(page)
        for at, item in enumerate(attempt.layout, 1):
            go(page, at)
            box = here(page)
            if item["f"] == "written":
                box.locator("textarea").fill("不知道")
            elif item["f"] == "blank":
                box.locator("input").first.fill("不知道")
            else:
                box.locator(".x-opt input").first.check()
        saved(page)
        page.reload()
        hall.ready(page)
        page.get_by_role("button", name="交卷").click()
        page.get_by_role("button", name="确认交卷").click()
        expect(page.get_by_text("成绩发布后通知您")).to_be_visible()
        for tail in (
            "",
            f"enter/{hall.live.code}/",
            "practice/",
            f"results/{hall.live.code}/",
            f"attempts/{attempt.pk}/",
        ):
            page.goto(f"{hall.url}/exams/{tail}")
        page.goto(f"{hall.url}/exams/take/{attempt.pk}/paper/")
        hall.clean(page)
        attempt.refresh_from_db()
        assert attempt.state == Attempt.State.SUBMITTED
        return attempt, ear


def test_no_byte_before_release_tells_the_key(exam_hall, browser):
    plant(exam_hall)
    exam_hall.part.frozen = exam_hall.freeze(shuffle=True)
    exam_hall.part.save()
    memory.forget()
    sat = [sit(exam_hall, browser, exam_hall.newcomer(name), Ear) for name in ("江予白", "闻朝露")]
    marking.mark_closed(now=timezone.now())
    papers = []
    for attempt, ear in sat:
        assert any("/paper/" in url for url in ear.heard) and any(url.endswith(".css") for url in ear.heard)
        for url, answers in ear.heard.items():
            for whole in map(b"\n".join, answers):
                for what, word in {**PLANTED, "worth": WORTH}.items():
                    for form in (word, json.dumps(word)[1:-1], quote(word)):
                        assert form.encode() not in whole, (url, what)
                assert attempt.secret not in whole.decode("utf-8", "replace"), url
        bodies = [body for url, answers in ear.heard.items() if url.endswith("/paper/") for _head, body in answers]
        papers.append(next(filter(lambda paper: paper["items"], map(json.loads, bodies))))
        for body in bodies:
            given = json.loads(body)
            for path, name in names_of(given):
                if path in NAMES:
                    assert name in NAMES[path].split(), (path, name)
            assert not given["items"] or given["state"] == "open"
    first, second = papers
    tokens = [[option["t"] for item in paper["items"] for option in item["options"]] for paper in papers]
    assert len(set(tokens[0])) == len(tokens[0]) and set(tokens[0]).isdisjoint(tokens[1])
    stems = [sorted(item["stem"] for item in paper["items"]) for paper in papers]
    assert stems[0] == stems[1]
    for paper in (first, second):
        # Right and wrong options differ in words alone: same members, tokens of one length.
        for item in paper["items"]:
            assert {(*sorted(option), len(option["t"])) for option in item["options"]} <= {
                ("picture", "t", "text", 8),
            }


def test_place_and_token_say_nothing_about_the_right_option():
    """Over many candidates the right option stands everywhere, and its token is as often the first as the last."""
    options = ["A", "B", "C", "D"]
    item = {"v": 1, "t": None, "d": "easy", "c": "", "f": "single", "o": options, "b": 0}
    section = {"title": "单选题", "kind": "single", "marks": "2", "count": 1, "quotas": [], "pool": [item]}
    body = {"mode": "blueprint", "shuffle_items": True, "shuffle_options": True, "sections": [section]}
    places, ranks = Counter(), Counter()
    for seed in range(400):
        order = draw(body, seed)[0]["o"]
        places[order.index("A")] += 1
        made = {key: tokens.token(hashlib.sha256(str(seed).encode()).hexdigest(), 0, key) for key in options}
        ranks[sorted(made.values()).index(made["A"])] += 1
    for found in (places, ranks):
        assert set(found) == {0, 1, 2, 3} and max(found.values()) < 150, found
