"""Every address of the staff side, whoever asks and whatever is answered, keeps the page to itself."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from central.web import clock
from central.web.headers import ALWAYS
from tests.fakes import school as schools
from tests.fakes.page_readers import sign_in
from tests.fakes.school import MONDAY, SmallSchool, at

ROOT = Path(__file__).parents[3]
POLICY = ALWAYS["Content-Security-Policy"]


@pytest.fixture
def school(monkeypatch: pytest.MonkeyPatch) -> SmallSchool:
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, "10:05"))
    return schools.build()


def addresses(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    """Yield every address there is, with something that does not exist where it names something."""
    for found in patterns:
        route = str(found.pattern)
        if isinstance(found, URLResolver):
            yield from addresses(found.url_patterns, before + route)
        elif "^" in route or "(" in route:
            yield before + "nowhere/"
        else:
            yield before + re.sub("<[^>]+>", "1", route)


@pytest.mark.django_db
def test_every_address_bears_every_header_for_strangers_and_for_a_teacher(school: SmallSchool) -> None:
    stranger, teacher = Client(raise_request_exception=False), sign_in(school.teacher)
    teacher.raise_request_exception = False
    asked = {*addresses(get_resolver().url_patterns), "/nowhere/", "/static/none"}
    assert len(asked) > 120
    seen = set()
    for address in sorted(asked):
        for client, method in ((stranger, "post"), (teacher, "get")):
            answer = getattr(client, method)(address)
            seen.add(answer.status_code)
            found = {name: answer.headers.get(name) for name in ALWAYS}
            # Some say more than that it is not to be stored.
            assert "no-store" in (found.pop("Cache-Control") or ""), address
            assert found == {name: ALWAYS[name] for name in found}, (address, answer.status_code)
    # Pages, redirects, refusals and what is not there were all among them.
    assert {200, 302, 403, 404, 405} <= seen


@pytest.mark.django_db
def test_refusals_before_any_page_bear_them_too(school: SmallSchool) -> None:
    del school
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    refused = client.post("/accounts/login/", {"login": "x"})
    strange = client.get("/", headers={"Host": "evil.example"})
    assert (refused.status_code, strange.status_code) == (403, 400)
    for answer in (refused, strange):
        assert not [name for name, value in ALWAYS.items() if answer.headers.get(name) != value]


def test_the_policy_allows_no_script_in_a_page_and_nobody_to_frame_it() -> None:
    assert "unsafe" not in POLICY
    assert "*" not in POLICY
    assert {"default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(POLICY.split("; "))


NAMES = (
    "SESSION_COOKIE_NAME SESSION_COOKIE_SECURE SESSION_COOKIE_HTTPONLY SESSION_COOKIE_SAMESITE "
    "CSRF_COOKIE_NAME CSRF_COOKIE_SECURE CSRF_COOKIE_HTTPONLY SECURE_HSTS_SECONDS"
)
PRINT = f"from central import settings; print([getattr(settings, n) for n in {NAMES.split()}])"


def test_over_tls_cookies_belong_to_this_host_alone(tmp_path: Path) -> None:
    config = tmp_path / "central.toml"
    config.write_text('public_url = "https://rollbook.school.example"\n', encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", PRINT],
        env={"ROLLBOOK_CENTRAL_CONFIG": str(config), "PATH": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == (
        "['__Host-session', True, True, 'Lax', '__Host-csrf', True, True, 31536000]"
    )
