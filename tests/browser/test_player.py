"""The player in a real browser: a film of ninety seconds at a clock of the test's, its checks, notes, keys and breaks."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import LessonDone, Watch, WatchNote
from tests.browser.looks import LOW
from tests.cast import Cast
from tests.courses.made import DATA, CourseCast
from tests.courses.tree import ensure_tree
from tests.courses.watched import watch_through

REFUSED = """
window.__refused = [];
document.addEventListener("securitypolicyviolation", (e) => window.__refused.push(e.violatedDirective + " " + e.blockedURI));
"""
SMALL = """(which) => [...document.querySelectorAll(which)].filter((el) => el.offsetParent)
  .map((el) => [el.outerHTML.slice(0, 60), el.getBoundingClientRect()])
  .filter(([, box]) => box.width < 44 || box.height < 44).map(([html, box]) => html + box.width + "x" + box.height)"""
# A film that runs with the page's clock, so that the test's clock can drive both.
CLOCKWORK = """
(() => {
  const films = new WeakMap();
  const of = (film) => {
    if (!films.has(film)) films.set(film, { at: 0, since: null, rate: 1, timer: null });
    return films.get(film);
  };
  const now = (film) => {
    const f = of(film);
    const passed = f.since === null ? 0 : ((performance.now() - f.since) / 1000) * f.rate;
    return Math.min(90, f.at + passed);
  };
  const tell = (film, name) => film.dispatchEvent(new Event(name));
  const stop = (film) => {
    const f = of(film);
    f.at = now(film);
    f.since = null;
    clearInterval(f.timer);
  };
  const define = (name, get, set) => Object.defineProperty(HTMLMediaElement.prototype, name, { configurable: true, get, set });
  define("currentTime", function () { return now(this); }, function (to) {
    const f = of(this);
    f.at = Math.min(90, Math.max(0, to));
    if (f.since !== null) f.since = performance.now();
    tell(this, "seeking");
    Promise.resolve().then(() => tell(this, "seeked"));
  });
  define("paused", function () { return of(this).since === null; });
  define("ended", function () { return now(this) >= 90; });
  define("seeking", () => false);
  define("playbackRate", function () { return of(this).rate; }, function (rate) {
    const f = of(this);
    f.at = now(this);
    if (f.since !== null) f.since = performance.now();
    f.rate = rate;
    tell(this, "ratechange");
  });
  HTMLMediaElement.prototype.play = function () {
    const f = of(this);
    if (f.since !== null) return Promise.resolve();
    f.since = performance.now();
    f.timer = setInterval(() => {
      tell(this, "timeupdate");
      if (now(this) >= 90) { stop(this); tell(this, "pause"); tell(this, "ended"); }
    }, 250);
    tell(this, "play");
    tell(this, "playing");
    return Promise.resolve();
  };
  HTMLMediaElement.prototype.pause = function () {
    if (of(this).since === null) return;
    stop(this);
    tell(this, "pause");
  };
})();
"""


class Cinema:
    """A learner's browser before a page with a player. ``pass_`` lets seconds go by, for the page and for the server."""

    def __init__(self, page, url, monkeypatch):
        self.page, self.url = page, url
        self.clock = [timezone.now()]
        monkeypatch.setattr("courses.views.watching._now", lambda: self.now)
        self.school = _school()
        client = Client()
        client.force_login(self.school.officer, backend=settings.AUTHENTICATION_BACKENDS[0])
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": url}])
        page.set_default_timeout(15_000)
        self._listen()

    def _listen(self):
        """Remember which reports are on their way."""
        self.flying, self.page.errors = set(), []
        self.page.on("pageerror", lambda error: self.page.errors.append(str(error)))
        self.page.on("request", lambda sent: "/learning/watch/" in sent.url and self.flying.add(sent))
        for end in ("requestfinished", "requestfailed"):
            self.page.on(end, lambda sent: self.flying.discard(sent))
        self.page.add_init_script(REFUSED)

    def another(self):
        """A second window of the same browser, with the same server behind it."""
        window = Cinema.__new__(Cinema)
        window.__dict__ |= self.__dict__ | {"page": self.page.context.new_page()}
        window._listen()
        return window

    def clockwork(self):
        """The page's film and timers go by a clock that ``stop_clock`` halts and ``pass_`` moves."""
        self.page.clock.install(time=self.now)
        self.page.add_init_script(CLOCKWORK)

    def open(self, page):
        self.page.goto(f"{self.url}{page.url}")
        expect(self.page.locator("[data-player][data-ready]")).to_be_attached()

    def stop_clock(self):
        self.page.clock.pause_at(self.now + timedelta(seconds=30))

    def pass_(self, seconds: int):
        """So many seconds go by; whatever the page told the server meanwhile is answered when this returns."""
        for _n in range(0, seconds, 5):
            step = min(5, seconds - _n)
            self.clock[0] += timedelta(seconds=step)
            self.page.clock.run_for(step * 1000)
            self.landed()

    def landed(self):
        """No report is on its way, and the page has read its answer."""
        self.page.evaluate("0")
        while self.flying:
            self.page.evaluate("0")
        self.page.evaluate("0")

    def told(self, doing):
        """Do something and wait for the answer to the report it brings."""
        with self.page.expect_response(lambda answer: "/learning/watch/" in answer.url):
            doing()

    @property
    def now(self):
        """The server's time, one for all windows."""
        return self.clock[0]

    def until(self, condition: str):
        """Look at every frame until the film is so."""
        self.page.evaluate(
            "() => new Promise((done) => { const film = document.querySelector('[data-media]');"
            f"const look = () => ({condition}) ? done() : requestAnimationFrame(look); look(); }})"
        )

    @property
    def at(self) -> float:
        return self.page.evaluate("document.querySelector('[data-media]').currentTime")

    @property
    def watch(self) -> Watch:
        return Watch.objects.get()

    def says(self, words):
        expect(self.page.locator("[data-say]")).to_contain_text(words)

    def clean(self):
        assert self.page.errors == [] and self.page.evaluate("window.__refused") == []


def _school() -> CourseCast:
    ensure_tree()
    school = CourseCast(Cast())
    for shown in (school.film, school.clip):
        with (DATA / "lesson90.mp4").open("rb") as film:
            shown.file.save("lesson90.mp4", film)
    return school


@pytest.fixture
def cinema(transactional_db, live_server, page, monkeypatch):
    return Cinema(page, live_server.url, monkeypatch)


def test_a_film_is_watched_to_its_end(cinema):
    """Play, no skipping, no racing, a break of the line, a presence check: then it counts, and everything is free."""
    school, page = cinema.school, cinema.page
    school.course.checks = True
    school.course.save_revision().publish()
    cinema.clockwork()
    cinema.open(school.video)
    cinema.stop_clock()
    expect(page.locator("[data-words]")).to_have_text("看满90%（1分21秒），已计0秒")
    cinema.told(lambda: page.get_by_role("button", name="播放", exact=True).first.click())
    Watch.objects.update(check_at=60)
    cinema.says("正在计时")
    cinema.pass_(20)
    assert 14 <= cinema.watch.covered_seconds <= 20
    expect(page.locator("[data-toggle]")).to_have_attribute("aria-label", "暂停")
    # Ahead of what was seen there is no way, faster neither.
    page.locator("[data-seek]").focus()
    page.keyboard.press("End")
    cinema.says("首次学习不能快进")
    assert cinema.at < 25
    assert page.locator("[data-speed] option[value='2']").is_disabled()
    page.evaluate("document.querySelector('[data-media]').playbackRate = 2")
    assert page.evaluate("document.querySelector('[data-media]').playbackRate") == 1
    # Back is always allowed.
    page.keyboard.press("ArrowLeft")
    assert cinema.at < 20
    # The line breaks: said at once, and what was counted is named; after half a minute the film waits.
    page.context.set_offline(True)
    cinema.pass_(20)
    cinema.says("网络中断，已计到")
    cinema.pass_(20)
    assert page.evaluate("document.querySelector('[data-media]').paused")
    cinema.says("联网后请按播放继续")
    page.context.set_offline(False)
    cinema.pass_(6)
    cinema.says("网络已恢复")
    if not page.locator("[data-check][open]").count():
        page.locator("[data-toggle]").click()
    while not page.locator("[data-check][open]").count():
        cinema.pass_(5)
    # The question: the film stands, nothing counts, a minute more on request.
    counted = cinema.watch.covered_seconds
    assert counted >= 60 and page.evaluate("document.querySelector('[data-media]').paused")
    cinema.pass_(30)
    assert cinema.watch.covered_seconds == counted
    cinema.told(lambda: page.get_by_role("button", name="再等一分钟").click())
    cinema.pass_(50)
    cinema.told(lambda: page.get_by_role("button", name="我在看").click())
    expect(page.locator("[data-check]")).not_to_have_attribute("open", "")
    assert (cinema.watch.checks, cinema.watch.missed) == (1, 0)
    Watch.objects.update(check_at=None)
    cinema.says("正在计时")
    while cinema.watch.done_at is None:
        assert cinema.at <= 90
        cinema.pass_(10)
    cinema.says("已看满，记下了")
    expect(page.locator("[data-words]")).to_contain_text("已完成")
    assert LessonDone.objects.filter(lesson=school.video.pk).count() == 1
    expect(page.locator("[data-speed] option[value='2']")).to_be_enabled()
    page.locator("[data-speed]").select_option("2")
    assert page.evaluate("document.querySelector('[data-media]').playbackRate") == 2
    expect(page.get_by_role("link", name="查看完成情况")).to_be_visible()
    cinema.clean()


def test_the_real_film_plays_seeks_and_goes_on_where_it_was(cinema):
    """No clockwork: the browser decodes the film, asks for ranges, and comes back to where it stopped."""
    school, page = cinema.school, cinema.page
    watch_through(school.wang, school.video, until=timezone.now())
    Watch.objects.update(position=30)
    asked = []
    page.on("request", lambda request: "/learning/media/" in request.url and asked.append(request.headers.get("range")))
    cinema.open(school.video)
    cinema.until("film.readyState >= 2")
    assert 29 < cinema.at < 31 and any(asked)
    page.locator("[data-big]").click()
    cinema.until("film.currentTime > 30.2")
    page.locator("[data-seek]").focus()
    page.keyboard.press("End")
    cinema.until("film.ended")
    page.keyboard.press("Home")
    cinema.until("film.currentTime < 5")
    cinema.clean()


def test_notes_chapters_and_keys(cinema):
    school, page = cinema.school, cinema.page
    school.lecture.marks = "00:00 四类必审案件；00:12 审什么"
    school.lecture.save_revision().publish()
    cinema.clockwork()
    cinema.open(school.lecture)
    cinema.stop_clock()
    film = page.locator("[data-film]")
    cinema.told(lambda: page.locator("[data-toggle]").press("Enter"))
    cinema.pass_(20)
    page.locator("[data-toggle]").focus()
    page.keyboard.press("k")
    assert page.evaluate("document.querySelector('[data-media]').paused")
    page.keyboard.press("m")
    expect(page.locator("[data-mute]")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="审什么")).to_have_attribute("aria-current", "true")
    # Letters in a note are letters.
    page.locator("[data-note-text]").press_sequentially("km")
    page.locator("[data-note-text]").fill("先审后决 <b>")
    cinema.page.get_by_role("button", name="记下").click()
    line = page.locator("[data-note-list] li")
    expect(line).to_contain_text("先审后决 <b>")
    note = WatchNote.objects.get()
    assert (note.second, note.person_id) == (20, school.wang.pk)
    line.get_by_role("button", name="修改").click()
    line.locator("textarea").fill("先审，后决")
    line.get_by_role("button", name="保存").click()
    expect(line).to_contain_text("先审，后决")
    page.get_by_role("button", name="四类必审案件").click()
    assert cinema.at < 1
    line.get_by_role("button", name="跳到0:20").click()
    assert 19 < cinema.at < 21
    page.reload()
    expect(page.locator("[data-player][data-ready]")).to_be_attached()
    expect(line).to_contain_text("先审，后决")
    line.get_by_role("button", name="删除").click()
    expect(page.locator("[data-note-none]")).to_be_visible()
    assert not WatchNote.objects.exists() and film.count() == 1
    cinema.clean()


def test_one_window_at_a_time_and_reading(cinema):
    school, page = cinema.school, cinema.page
    school.reading.minutes = 3
    school.reading.save_revision().publish()
    cinema.clockwork()
    cinema.open(school.video)
    cinema.stop_clock()
    cinema.told(lambda: page.locator("[data-big]").click())
    cinema.pass_(5)
    # The text opens in another window: the film stands and says why.
    reading = cinema.another()
    reading.page.clock.install(time=cinema.now)
    with reading.page.expect_response(lambda answer: "/open/" in answer.url):
        reading.open(school.reading)
    reading.stop_clock()
    cinema.pass_(15)
    cinema.says("您已在另一个窗口学习")
    assert page.evaluate("document.querySelector('[data-media]').paused")
    # Three minutes of reading; who does not move for two of them does not read.
    text = Watch.objects.filter(page=school.reading.pk)
    reading.pass_(30)
    assert 15 <= text.get().covered_seconds <= 60
    reading.pass_(105)
    reading.says("计时已暂停")
    counted = text.get().covered_seconds
    reading.pass_(20)
    assert text.get().covered_seconds == counted and text.get().done_at is None
    reading.page.mouse.move(50, 300)
    reading.pass_(90)
    reading.says("已读满，记下了")
    reading.clean()
    cinema.clean()


@pytest.mark.parametrize("size", [{"width": 390, "height": 844}])
def test_on_a_telephone(cinema, size):
    """Nothing sideways, targets of 44, the film stays in sight while notes are read."""
    school, page = cinema.school, cinema.page
    page.set_viewport_size(size)
    for n in range(12):
        WatchNote.objects.create(
            person=school.wang, page_id=school.video.pk, second=n, text=f"第{n}条", at=timezone.now()
        )
    cinema.open(school.video)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(SMALL, ".l-ctl button, .l-ctl select, .l-seek input, .l-notes button") == []
    assert page.evaluate(LOW) == []
    page.locator("[data-note-list] li").last.scroll_into_view_if_needed()
    box = page.locator("[data-film]").bounding_box()
    assert 0 <= box["y"] < 100
    cinema.clean()
