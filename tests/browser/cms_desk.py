"""What an editor and the legal office do in the CMS's own editor, screen by screen."""

from pathlib import Path

from playwright.sync_api import expect

FILM = Path(__file__).parent.parent / "data" / "courses" / "lesson90.mp4"


def new_page(page, url, parent, kind: str):
    """From the list of pages below ``parent`` to the empty form of a new one."""
    page.goto(f"{url}/cms/pages/{parent.pk}/")
    page.locator(f"a[href='/cms/pages/{parent.pk}/add_subpage/']").first.click()
    if "/add_subpage/" in page.url:
        page.get_by_role("link", name=kind, exact=True).click()
    expect(page.locator("#id_title")).to_be_visible()


def upload_film(page, title: str):
    """The recording's chooser, its side for uploads, the real film."""
    field = page.locator("#id_recording-chooser")
    field.get_by_role("button", name="选择媒体项").click()
    modal = page.locator(".modal-dialog").last
    modal.get_by_role("tab", name="上传视频").click()
    form = modal.locator("form:visible").last
    form.locator("input[name$=title]").fill(title)
    form.locator("input[name$=-file]").set_input_files(FILM)
    form.get_by_role("button", name="上传", exact=True).click()
    expect(field).to_contain_text(title)


def choose_session(page, title: str):
    page.locator("#id_session-chooser").get_by_role("button", name="选择场次").click()
    modal = page.locator(".modal-dialog").last
    modal.get_by_role("link", name=title).click()
    expect(page.locator("#id_session-chooser")).to_contain_text(title)


def preview(page, *texts: str):
    """The panel beside the form shows the draft as readers would see it."""
    toggle = page.get_by_label("预览开关")
    if toggle.get_attribute("aria-expanded") != "true":
        toggle.click()
    frame = page.frame_locator("iframe[title='预览']").first
    for text in texts:
        expect(frame.locator("body")).to_contain_text(text)
    toggle.click()


def step(page, n: int, kind: str, heading: str):
    """A new step at the end; the locator of all steps."""
    steps = page.locator("[id$=-steps-section]")
    steps.get_by_title("插入区块").last.click()
    page.locator("[role=listbox]:visible").last.get_by_role("option", name=kind, exact=True).click()
    steps.locator(f"[name=steps-{n}-value-heading]").fill(heading)
    return steps


def words(page, n: int, text: str):
    """Into the ``n``-th rich text field of the steps."""
    page.locator("[id$=-steps-section] [contenteditable=true]").nth(n).click()
    page.keyboard.insert_text(text)


def act(page, name: str):
    """An entry of the form's menu of actions; what the CMS says afterwards is a success."""
    page.wait_for_load_state("networkidle")
    page.get_by_role("button", name="更多动作").click()
    page.locator("footer").get_by_role("button", name=name, exact=True).click()
    expect(page.locator(".messages li.success")).to_be_visible()


def publish_lecture(page, url, parent, title: str):
    new_page(page, url, parent, "讲座页")
    page.locator("#id_title").fill(title)
    page.locator("#id_summary").fill("证据要经得起复议和诉讼。")
    choose_session(page, title)
    upload_film(page, f"{title}录像")
    preview(page, title, "看满90%（1分21秒）")
    act(page, "发布")


def submit_case(page, url, parent, title: str):
    """A case of three steps, one of them a judgement; the editor cannot publish it, only hand it to the legal office."""
    new_page(page, url, parent, "案例")
    page.locator("#id_title").fill(title)
    page.locator("#id_minutes").fill("10")
    page.locator("#id_least_minutes").fill("0")
    step(page, 0, "案情事实", "案情")
    words(page, 0, "甲公司在乙镇倾倒建筑垃圾，执法队拟罚款五万元。")
    steps = step(page, 1, "判断题", "判断")
    judge = "[name=steps-1-value-{}]".format
    steps.locator(judge("question")).fill("作出决定前要不要告知听证权利？")
    steps.locator(judge("choices-0-value-text")).fill("应当告知")
    steps.locator(judge("choices-0-value-right")).check()
    steps.get_by_title("新增").last.click()
    steps.locator(judge("choices-1-value-text")).fill("不必告知")
    steps.locator(judge("basis")).fill("较大数额罚款，应当告知。")
    step(page, 2, "复议或裁判结果", "结果")
    words(page, 1, "复议机关撤销了处罚决定。")
    preview(page, title, "预览：全部步骤一次显示", "复议机关撤销了处罚决定。")
    page.get_by_role("button", name="更多动作").click()
    expect(page.locator("footer").get_by_role("button", name="发布", exact=True)).to_have_count(0)
    page.keyboard.press("Escape")
    act(page, "提交给案例审核")


def approve_case(page, url, title: str):
    """The legal office finds it among what waits for review, looks at the draft and approves."""
    page.goto(f"{url}/cms/")
    expect(page.locator("main")).to_contain_text("等待你的审查")
    page.get_by_role("link", name=title).first.click()
    preview(page, "应当告知")
    act(page, "批准 和发布")


def leave(page, url):
    """Out of the CMS, whose pages go on talking to the server: the test looks into the database next."""
    page.goto(f"{url}/")
    page.wait_for_load_state("networkidle")
