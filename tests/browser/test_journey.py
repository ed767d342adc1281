"""The journey of the product's spine, as its users walk it: a messy roster becomes a figure that the office can open and hand on."""

import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

ROSTER = Path(__file__).parent.parent / "data" / "rosters" / "roster_dirty.xlsx"


def officers(page) -> int:
    """执法人员 n 人, as the gap page's own heading says it."""
    return int(re.search(r"执法人员\s*([\d,]+)\s*人", page.locator("main").inner_text()).group(1).replace(",", ""))


@pytest.mark.parametrize("width", [1440, 390])
def test_roster_to_gap(town, page, sign_in, live_server, tmp_path, width):
    page.set_viewport_size({"width": width, "height": 900})
    refused = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)

    sign_in("legal")
    page.goto(f"{live_server.url}/gaps/")
    before = officers(page)

    # HR uploads the sheet as it came from the towns.
    sign_in("hr")
    page.goto(f"{live_server.url}/rosters/")
    page.get_by_role("link", name="上传花名册").first.click()
    page.locator("input[type=file]").set_input_files(ROSTER)
    page.locator("input[name=as_of]").fill("2024-12-04")
    page.locator("main button[type=submit]").click()
    expect(page.get_by_role("heading", name="预览：这份表会改动什么")).to_be_visible()
    counts = page.locator("main").inner_text()
    for text in ("可写入48行", "待核9行"):
        assert text in counts

    # She decides each row the engine would not decide for her.
    page.get_by_role("link", name="去处理待核").click()
    page.get_by_role("link", name="逐行处理").click()
    for _ in range(9):
        offered = {radio.get_attribute("value"): radio for radio in page.locator("main form input[type=radio]").all()}
        (offered.get("fix") or offered.get("accept") or offered["skip"]).check()
        here = page.locator("h1").inner_text()
        page.locator("main form button[type=submit]").click()
        expect(page.locator("h1")).not_to_have_text(here)
    expect(page.get_by_text("待核行都已处理")).to_be_visible()
    page.get_by_role("link", name="返回预览").first.click()
    page.get_by_role("link", name=re.compile("^确认导入")).click()
    page.locator("main form button[type=submit]").click()
    expect(page.get_by_role("heading", name="导入完成")).to_be_visible()

    # The office sees the change, opens the figure and takes the list along.
    sign_in("legal")
    page.goto(f"{live_server.url}/gaps/")
    assert officers(page) > before
    tile = page.locator("a", has=page.locator("text=%")).or_(page.locator("main a[href*='figure=']")).first
    tile.click()
    listed = page.locator("main").inner_text()
    assert "截至" in listed
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("导出")).first.click()
    taken = tmp_path / "list.xlsx"
    download.value.save_as(taken)
    rows = list(openpyxl.load_workbook(taken, read_only=True).active.values)
    text = "\n".join("\t".join(str(cell) for cell in row if cell is not None) for row in rows)
    assert "姓名" in text and not re.search(r"\b99\d{15}[\dX]\b", text)
    assert refused == []
