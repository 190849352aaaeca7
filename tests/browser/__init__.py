"""A real Chromium against a real server of this test's database."""

import os
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.wsgi import WSGIHandler
from django.test.testcases import LiveServerThread, QuietWSGIRequestHandler

SCREENS = Path(settings.ROOT) / "docs" / "screens"
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--disable-background-networking"]
DESK, TABLET = {"width": 1366, "height": 768}, {"width": 820, "height": 1180}


class SiteThread(LiveServerThread):
    """Django's live server with the whole middleware (whitenoise serves the static files, as in production)."""

    def run(self):
        from django.db import connections

        try:
            self.httpd = self._create_server()
            self.port = self.httpd.server_address[1]
            self.httpd.set_app(WSGIHandler())
            self.is_ready.set()
            self.httpd.serve_forever()
        except Exception as error:
            self.error = error
            self.is_ready.set()
        finally:
            connections.close_all()

    def _create_server(self, connections_override=None):
        return self.server_class((self.host, self.port), QuietWSGIRequestHandler, allow_reuse_address=False)


@pytest.fixture
def site(transactional_db):
    """The address (http://127.0.0.1:PORT) of the whole site on this test's database."""
    thread = SiteThread("127.0.0.1", None, port=0)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://127.0.0.1:{thread.port}"
    thread.terminate()


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS
        )
        yield browser
        browser.close()


@pytest.fixture
def open_as(browser, site):
    """`open_as(user)`: a page of a browser in which that user (None: nobody) is logged in; 1366x768 unless told.

    A script error on any of the pages fails the test.
    """
    contexts, errors = [], []

    def opened(user=None, size=None):
        context = browser.new_context(
            base_url=site, viewport=size or DESK, locale="zh-CN", timezone_id="Asia/Shanghai"
        )
        contexts.append(context)
        if user is not None:
            context.add_cookies(
                [{"name": settings.SESSION_COOKIE_NAME, "value": session_of(user), "url": site}]
            )
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not errors, errors


@pytest.fixture
def page(open_as):
    """A page in which nobody is logged in."""
    return open_as()


def session_of(user) -> str:
    """A logged-in session's key, as the login page would have made it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


@pytest.fixture
def screenshot():
    """`screenshot(page, "01-workbench")` keeps docs/screens/01-workbench.png when MINZHENG_SCREENS=1."""

    def take(page, name: str, full: bool = False) -> None:
        assert re.fullmatch(r"[a-z0-9-]+", name), name
        if os.environ.get("MINZHENG_SCREENS") == "1":
            SCREENS.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=SCREENS / f"{name}.png", full_page=full)

    return take


def serious_faults(page) -> list[str]:
    """What axe finds on the page and calls serious or critical, one line each; a good page gives []."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        f"{page.url} {v['id']}: {v['help']} — {v['nodes'][0]['html'][:200]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]
