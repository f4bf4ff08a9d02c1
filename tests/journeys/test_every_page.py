"""In a real browser, every page there is: nobody is shut out, it fits a phone, and it speaks Spanish."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from central import config
from tests.fakes.central_process import INIT, Installation
from tests.fakes.station_process import ROOT
from tests.journeys import axe
from tests.journeys.browsing import BROWSER_MARKS
from tests.journeys.sight import Sight, require_no_scrolling_sideways

pytestmark = [*BROWSER_MARKS, pytest.mark.timeout(400)]
HOST = "127.0.0.1"
PHONE, DESK = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=900)
PICTURES = ROOT / "docs" / "screenshots"
THEN = datetime(2025, 9, 15, 17, 5, tzinfo=UTC)


@dataclass(frozen=True)
class Shown:
    """The school's server, and the pages to look at."""

    address: str
    pages: list[dict[str, str]]


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Shown]:
    school = Installation(tmp_path / "central", '[practice]\nclock = "clock.json"\n')
    moved_ms = int((THEN - datetime.now(UTC)).total_seconds() * 1000)
    clock = school.folder / "clock.json"
    clock.write_text(json.dumps({"offset_ms": moved_ms, "start_ms": moved_ms}), encoding="ascii")
    done = school.run(*INIT, "--practice")
    assert done.code == 0, done.err
    listed = subprocess.run(
        [sys.executable, "-m", "tests.journeys.shown_school"],
        env={**os.environ, config.ENVIRONMENT: str(school.folder / "central.toml")},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    with school.serve("--single", "--port", "0") as serving:
        yield Shown(serving.url(), json.loads(listed.stdout))


@pytest.fixture(scope="session")
def examiner(tmp_path_factory: pytest.TempPathFactory) -> str:
    return axe.source(tmp_path_factory.mktemp("axe"))


def test_every_page_serves_everybody(shown: Shown, browser: Browser, examiner: str) -> None:
    sights: dict[str, Sight] = {}
    faults: list[str] = []
    for page in shown.pages:
        sight = sights.get(page["cookie"])
        if sight is None:
            context = browser.new_context(viewport=PHONE)
            context.add_cookies([{"name": "sessionid", "value": page["cookie"], "url": shown.address}])
            sight = sights[page["cookie"]] = Sight.of(context)
        faults += look_at(page["name"], shown.address + page["address"], sight, examiner)
    assert faults == []


def look_at(name: str, at: str, sight: Sight, examiner: str) -> Iterator[str]:
    """Yield what is wrong with a page on a phone in Spanish, whose words are longer than the English ones."""
    sight.complaints.clear()
    sight.page.set_viewport_size(PHONE)
    answer = visit(sight.page, at, "es")
    if answer != (200, at):
        yield f"{name}: {at} answers {answer}"
        return
    assert sight.page.get_attribute("html", "lang") == "es"
    try:
        require_no_scrolling_sideways(sight.page)
    except AssertionError as error:
        yield f"{name}: {error}"
    yield from (f"{name}: {fault}" for fault in axe.grave_faults(sight.page, examiner))
    picture(sight.page, name, at)
    yield from (f"{name}: the browser complains: {line}" for line in sight.complaints)


def visit(page: Page, at: str, language: str) -> tuple[int, str]:
    """Open an address in a language; return how it answered, and from where."""
    page.context.add_cookies([{"name": "django_language", "value": language, "domain": HOST, "path": "/"}])
    answer = page.goto(at)
    assert answer is not None
    return answer.status, answer.url


def picture(page: Page, name: str, at: str) -> None:
    """Keep what a page looks like on a desk, where `make screenshots` asks for it."""
    if os.environ.get("ROLLBOOK_SCREENSHOTS"):
        page.set_viewport_size(DESK)
        visit(page, at, "en")
        PICTURES.mkdir(exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png")
