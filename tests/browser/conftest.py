"""Real pages in the system's Chromium; nothing is downloaded."""

import os
import shutil

import pytest

# Playwright's own event loop makes Django believe that it is called from asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)


def pytest_collection_modifyitems(items):
    if CHROMIUM is None:
        for item in items:
            if "/browser/" in str(item.path):
                item.add_marker(pytest.mark.skip(reason="no Chromium on this machine"))


@pytest.fixture(scope="session")
def browser_type_launch_args():
    flags = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
    ]
    return {"executable_path": CHROMIUM, "headless": True, "args": [*flags, "--no-first-run", "--disable-sync"]}


@pytest.fixture(scope="session")
def browser_context_args():
    return {"locale": "zh-CN", "timezone_id": "Asia/Shanghai", "viewport": {"width": 1440, "height": 900}}


@pytest.fixture
def town(transactional_db, live_server):
    """The cast, behind a server that a browser can reach."""
    from tests.cast import Cast

    cast = Cast()
    cast.url = live_server.url
    return cast


@pytest.fixture
def sign_in(page, live_server):
    """Sign in through the page as a user would: sign_in("hr")."""

    def go(username, password="Cast-2026-pass"):
        page.context.clear_cookies()
        page.goto(f"{live_server.url}/sign-in/")
        page.locator("input[name=username]").fill(username)
        page.locator("input[name=password]").fill(password)
        page.locator("main button[type=submit]").click()
        page.wait_for_url(lambda url: "/sign-in/" not in url)
        return page

    return go


@pytest.fixture
def exam_hall(transactional_db, live_server):
    """An open sitting by the real clock behind a server that a browser can reach, and ways into it."""
    from tests.browser.hall import Hall

    return Hall(live_server.url)
