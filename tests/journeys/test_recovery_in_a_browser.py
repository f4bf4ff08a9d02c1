"""In a real browser: a student is put into attendance recovery, a session is signed, and a day is made up."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from central import config
from tests.central.web.test_pages import code
from tests.fakes.central_process import INIT, Installation
from tests.fakes.station_process import ROOT
from tests.journeys.browsing import BROWSER_MARKS
from tests.journeys.sight import Sight, go_to, require_no_scrolling_sideways

pytestmark = [*BROWSER_MARKS, pytest.mark.timeout(400)]
PHONE, DESK = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=900)
THEN = datetime(2025, 9, 13, 21, 5, tzinfo=UTC)
"""The afternoon of the Saturday the session was held on."""
ANA = "/recovery/001001/"


@dataclass(frozen=True)
class Office:
    """A school's server, and the session cookie of each reader by role."""

    address: str
    cookies: dict[str, str]

    @contextmanager
    def signed_in(self, browser: Browser, role: str, size: ViewportSize = DESK) -> Iterator[Page]:
        """Show the pages to somebody, and see that nothing was complained about meanwhile."""
        context = browser.new_context(viewport=size)
        context.add_cookies([{"name": "sessionid", "value": self.cookies[role], "url": self.address}])
        sight = Sight.of(context)
        yield sight.page
        sight.require_calm(self.address, but="status of 409")
        context.close()


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    school = Installation(tmp_path_factory.mktemp("office") / "central", '[practice]\nclock = "clock.json"\n')
    moved_ms = int((THEN - datetime.now(UTC)).total_seconds() * 1000)
    clock = school.folder / "clock.json"
    clock.write_text(json.dumps({"offset_ms": moved_ms, "start_ms": moved_ms}), encoding="ascii")
    done = school.run(*INIT, "--practice")
    assert done.code == 0, done.err
    filled = subprocess.run(
        [sys.executable, "-m", "tests.journeys.recovery_room"],
        env={**os.environ, config.ENVIRONMENT: str(Path(school.folder) / "central.toml")},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    with school.serve("--single", "--port", "0") as serving:
        yield Office(serving.url(), json.loads(filled.stdout))


def test_a_missed_day_is_made_up_from_the_record_to_the_ledger(office: Office, browser: Browser) -> None:
    with office.signed_in(browser, "clerk") as page:
        a_service_without_a_record_offers_add(page, office.address)
        an_overlap_is_refused_beside_its_field(page)
        expect(page.get_by_role("button", name="Delete")).to_have_count(0)
        both_services_are_added(page)
    with office.signed_in(browser, "teacher", PHONE) as page:
        the_session_is_signed(page, office.address)
    with office.signed_in(browser, "clerk") as page:
        page.goto(f"{office.address}/recovery/")
        page.get_by_role("button", name="Let the ledger write its services").click()
        expect(page.get_by_text("4 services changed")).to_be_visible()
        page.goto(f"{office.address}{ANA}services/")
        expect(page.get_by_text("Days Used: 1")).to_be_visible()
    with office.signed_in(browser, "leader", PHONE) as page:
        the_leader_sees_the_day_and_may_delete(page, office.address)


def a_service_without_a_record_offers_add(page: Page, address: str) -> None:
    page.goto(f"{address}{ANA}services/")
    page.get_by_role("link", name="New", exact=True).click()
    expect(page.get_by_text("begin by selecting a Service Tool")).to_be_visible()
    page.get_by_role("link", name="Attendance Recovery Service").click()
    expect(page.get_by_label("Associated Attendance Recovery Record Dates")).to_be_visible()
    expect(page.get_by_text("so this list is empty")).to_be_visible()
    page.get_by_role("link", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Program Information")).to_be_visible()
    expect(page.get_by_text("Student #: 001001 Grade: 09 DOB: 09/30/2014")).to_be_visible()
    page.get_by_label("Start Date: (Required)").fill("2025-08-18")
    page.get_by_label("Comments").fill("missed two days in September")
    # From here on by keyboard alone.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The Attendance Recovery record is saved.")).to_be_visible()
    expect(page.get_by_text("Created By: Calaveras Unified 0561564; 09/13/2025")).to_be_visible()


def an_overlap_is_refused_beside_its_field(page: Page) -> None:
    page.get_by_role("link", name="New", exact=True).click()
    page.get_by_label("Start Date: (Required)").fill("2025-09-01")
    page.get_by_label("Comments").fill("typed once")
    page.get_by_role("button", name="Save").click()
    refusal = page.locator("div", has=page.locator("#id_start_date")).last.locator(".errorlist")
    expect(refusal).to_contain_text("overlaps the student's record of 08/18/2025")
    expect(page.get_by_label("Comments")).to_have_value("typed once")
    page.get_by_role("link", name="Cancel").click()
    page.get_by_role("link", name="View the record from 08/18/2025").click()
    expect(page.get_by_text("Modified By: Clerk, Robin 09/13/2025")).to_be_visible()


def both_services_are_added(page: Page) -> None:
    page.get_by_text("Related Tools").click()
    page.get_by_role("link", name="Program Services").click()
    for kind in ("Earned", "Used"):
        page.get_by_role("link", name="New", exact=True).click()
        page.get_by_role("link", name="Attendance Recovery Service").click()
        page.get_by_label("Start Date: (Required)").fill("2025-08-18")
        page.get_by_label("Associated Attendance Recovery Record Dates").select_option("08/18/2025 - ")
        page.get_by_label("Attendance Recovery Type").select_option(kind)
        page.get_by_label("Calendar", exact=True).check()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("The service record is saved.")).to_be_visible()
    expect(page.get_by_text("Associated Record Created By: Calaveras Unified 0561564")).to_have_count(2)


def the_session_is_signed(page: Page, address: str) -> None:
    page.goto(f"{address}/recovery/sessions/")
    require_no_scrolling_sideways(page)
    page.get_by_role("link", name="AR-7").click()
    expect(page.get_by_text("9:01 AM, 12:59 PM")).to_be_visible()
    require_no_scrolling_sideways(page)
    page.get_by_label("Minutes of Soto, Ana").fill("240")
    page.get_by_role("button", name="Document these minutes").click()
    expect(page.get_by_text("no teacher has signed the minutes of its students")).to_be_visible()
    page.get_by_label("One-time code").fill("000000")
    page.get_by_role("button", name="I certify these minutes").click()
    expect(page.get_by_text("code is not")).to_be_visible()
    page.get_by_label("One-time code").fill(code())
    page.get_by_role("button", name="I certify these minutes").click()
    expect(page.get_by_text("Signed: 240 minutes.")).to_be_visible()
    require_no_scrolling_sideways(page)


def the_leader_sees_the_day_and_may_delete(page: Page, address: str) -> None:
    page.goto(f"{address}/recovery/")
    require_no_scrolling_sideways(page)
    page.get_by_role("link", name="Soto, Ana").click()
    expect(page.locator("dl.facts div", has_text="Days Used").locator("b")).to_have_text("1")
    expect(page.get_by_role("row", name="09/13/2025").get_by_text("1 day")).to_be_visible()
    require_no_scrolling_sideways(page)
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", name="Libro de recuperación")).to_be_visible()
    require_no_scrolling_sideways(page)
    page.goto(f"{address}{ANA}?view=2025-08-18")
    page.get_by_label("Motivo del cambio o de la eliminación").fill("entered twice")
    go_to(page, "Eliminar")
    page.keyboard.press("Enter")
    expect(page.get_by_text("servicios del registro de recuperación de 08/18/2025: 2")).to_be_visible()
    require_no_scrolling_sideways(page)
