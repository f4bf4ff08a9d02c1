"""In a real browser: a student's record, notice and appeal, the leader's desk, a fault on its way to IT."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from central import config
from tests.fakes.central_process import INIT, Installation
from tests.fakes.station_process import ROOT
from tests.journeys.browsing import BROWSER_MARKS
from tests.journeys.sight import Sight, go_to, require_no_scrolling_sideways

pytestmark = BROWSER_MARKS
PHONE, DESK = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=800)
THEN = datetime(2025, 9, 15, 17, 5, tzinfo=UTC)


@dataclass(frozen=True)
class School:
    """A school's server and the sessions of the people in it."""

    address: str
    cookies: Mapping[str, str]

    def opened(self, browser: Browser, who: str, page: str, size: ViewportSize = DESK) -> Sight:
        """Open a page in a browser of somebody's own."""
        context = browser.new_context(viewport=size)
        context.add_cookies([{"name": "sessionid", "value": self.cookies[who], "url": self.address}])
        sight = Sight.of(context)
        sight.page.goto(self.address + page)
        return sight


@pytest.fixture(scope="module")
def school(tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    folder = tmp_path_factory.mktemp("people") / "central"
    installed = Installation(folder, '[practice]\nclock = "clock.json"\n')
    moved_ms = int((THEN - datetime.now(UTC)).total_seconds() * 1000)
    clock = Path(installed.folder) / "clock.json"
    clock.write_text(json.dumps({"offset_ms": moved_ms, "start_ms": moved_ms}), encoding="ascii")
    done = installed.run(*INIT, "--practice")
    assert done.code == 0, done.err
    listed = subprocess.run(
        [sys.executable, "-m", "tests.journeys.shown_follow_up"],
        env={**os.environ, config.ENVIRONMENT: str(installed.folder / "central.toml")},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    with installed.serve("--single", "--port", "0") as serving:
        yield School(serving.url(), json.loads(listed.stdout))


def test_a_student_gives_notice_appeals_and_reads_the_answer(school: School, browser: Browser) -> None:
    own = school.opened(browser, "student", "/", PHONE)
    page = own.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Monday, 09/15/2025")
    expect(page.locator("article").first).to_contain_text("present")
    page.get_by_role("link", name="I will be absent").click()
    page.get_by_label("First day").fill("2025-09-17")
    page.get_by_label("Why?").fill("my sister's wedding")
    page.get_by_role("button", name="Tell the school").click()
    expect(page.get_by_role("status")).to_contain_text("The school knows")
    expect(page.locator("main")).to_contain_text("my sister's wedding")
    page.get_by_role("link", name="My record").click()
    page.get_by_role("link", name="This is wrong ALG1-01").first.click()
    page.get_by_label("What is right?").fill("I was there all the time")
    page.get_by_role("button", name="Send to the school").click()
    expect(page.locator("main")).to_contain_text("not answered yet")
    require_no_scrolling_sideways(page)
    clerk_answers(school, browser)
    page.reload()
    expect(page.locator("main")).to_contain_text("the sheet and the teacher say so")
    page.get_by_role("link", name="Who looked").click()
    expect(page.locator("tbody")).to_contain_text("Clerk, Robin")
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Quién miró mi registro")
    own.require_calm(school.address)


def clerk_answers(school: School, browser: Browser) -> None:
    """Let the clerk find the appeal in the morning's list, and answer it by keyboard alone."""
    morning = school.opened(browser, "clerk", "/")
    page = morning.page
    expect(page).to_have_url(f"{school.address}/exceptions/")
    line = page.locator("article", has_text="I was there all the time")
    line.get_by_role("link").click()
    page.get_by_label("The record stands").check()
    page.get_by_label("Why? The student reads this.").fill("the sheet and the teacher say so")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Answered")
    morning.require_calm(school.address)


def test_the_leader_sees_what_is_not_signed_and_audits_a_sample(school: School, browser: Browser) -> None:
    desk = school.opened(browser, "leader", "/")
    page = desk.page
    expect(page).to_have_url(f"{school.address}/desk/")
    expect(page.locator("tbody").first).to_contain_text("ALG1-01")
    expect(page.locator("main")).to_contain_text("The light stays dark")
    page.get_by_label("From").fill("2025-08-11")
    page.get_by_label("Records").fill("2")
    page.get_by_label("Seed").fill("12")
    page.get_by_role("button", name="Draw a sample").click()
    expect(page.locator("main")).to_contain_text("2 records drawn with seed 12")
    first = page.locator("section.card").first
    first.get_by_role("textbox").fill("the teacher remembers otherwise")
    first.get_by_role("button", name="Wrong").click()
    expect(page.locator(".figures li", has_text="wrong")).to_contain_text("1")
    opened_for_a_day(page, school)
    desk.require_calm(school.address)


def opened_for_a_day(page: Page, school: School) -> None:
    """Let the leader open a class for check-ins from afar from a day on."""
    page.goto(f"{school.address}/settings/")
    card = page.get_by_role("region", name="remote_check_in")
    card.get_by_text("Choose anew").click()
    card.get_by_label("Choice").fill("all")
    card.get_by_label("From").fill("2025-09-16")
    card.get_by_label("Why?").fill("storm")
    card.get_by_role("button", name="Choose").click()
    expect(page.get_by_role("status")).to_contain_text("Chosen")
    card.get_by_text("Every decision").click()
    expect(card).to_contain_text("all from 09/16/2025 on: storm")


def test_a_fault_goes_from_a_stations_label_to_it(school: School, browser: Browser) -> None:
    label = school.opened(browser, "student", "/faults/new/?station=st-r101", PHONE)
    label.page.get_by_label("What is wrong?").fill("it beeps without a card")
    label.page.get_by_role("button", name="Send to IT").click()
    expect(label.page.get_by_role("status")).to_contain_text("IT has it on the list")
    desk = school.opened(browser, "it", "/faults/")
    page = desk.page
    fault = page.locator("article", has_text="it beeps without a card")
    expect(fault).to_contain_text("st-r101")
    fault.get_by_label("What did you do?").fill("reader exchanged")
    go_to(page, "I take it on")
    go_to(page, "It is solved")
    page.keyboard.press("Enter")
    expect(page.locator("article", has_text="it beeps without a card")).to_have_count(0)
    page.get_by_role("link", name="Solved ones too").click()
    expect(page.locator("article", has_text="it beeps")).to_contain_text("reader exchanged")
    for sight in (label, desk):
        sight.require_calm(school.address)
