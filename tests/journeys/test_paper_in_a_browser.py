"""In a browser on a phone: a clerk looks at a spoiled sheet, answers what it asks, takes it in and back."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from central import config
from tests.fakes.central_process import INIT, Installation
from tests.fakes.paper_school import NOW
from tests.fakes.station_process import ROOT
from tests.journeys.browsing import BROWSER_MARKS
from tests.journeys.sight import Sight, require_no_scrolling_sideways

pytestmark = BROWSER_MARKS
PHONE = ViewportSize(width=360, height=740)
MAKE = """
import sys
from central.store import readiness
readiness.set_up()
from tests.fakes import paper_school, school
from tests.journeys.signed_in import session_of
built = paper_school.build()
sys.stdout.write(session_of(school.give_login(built.clerk).username))
"""
SHEET = """Highland Site 4,,,
Student #,Name,Thu 9/3,Fri 9/4
12345,"Nuñez, José",P,x
98765,"O'Brien, Zoë",T,P
123,"Smith, John",P,P
TOTAL,,3,2
"""


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    installed = Installation(
        tmp_path_factory.mktemp("paper") / "central", '[practice]\nclock = "clock.json"\n'
    )
    moved_ms = int((NOW - datetime.now(UTC)).total_seconds() * 1000)
    clock = {"offset_ms": moved_ms, "start_ms": moved_ms}
    (installed.folder / "clock.json").write_text(json.dumps(clock), encoding="ascii")
    done = installed.run(*INIT, "--practice")
    assert done.code == 0, done.err
    settings = {config.ENVIRONMENT: str(installed.folder / "central.toml")}
    made = subprocess.run(
        [sys.executable, "-c", MAKE], env=os.environ | settings, cwd=ROOT, stdout=subprocess.PIPE, check=True
    )
    with installed.serve("--single", "--port", "0") as serving:
        yield serving.url(), made.stdout.decode()


def test_a_spoiled_sheet_is_read_taken_in_and_withdrawn(
    opened: tuple[str, str], browser: Browser, tmp_path: Path
) -> None:
    address, session = opened
    context = browser.new_context(viewport=PHONE)
    context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    sight = Sight.of(context)
    page = sight.page
    sheet = tmp_path / "week.csv"
    sheet.write_bytes(SHEET.encode("mac_roman"))
    page.goto(f"{address}/paper/")
    page.get_by_label("File").set_input_files(sheet)
    page.get_by_role("button", name="Look at it first").press("Enter")
    answers_what_is_asked(page)
    takes_it_in(page)
    page.get_by_label("Why").fill("the wrong week")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Withdrawn")
    expect(page.locator("main")).to_contain_text("4 records were removed")
    require_no_scrolling_sideways(page)
    sight.require_calm(address)


def answers_what_is_asked(page: Page) -> None:
    """Say what an x means in this register: nothing can be taken in before."""
    expect(page.get_by_role("heading", level=1)).to_have_text("week.csv")
    expect(page.locator("tbody")).to_contain_text("Nuñez, José")
    require_no_scrolling_sideways(page)
    page.get_by_label("The sign x means").select_option("absent")
    page.get_by_role("button", name="Read it so").press("Enter")


def takes_it_in(page: Page) -> None:
    """Look at the refused lines alone, leave them out and take the others in."""
    page.get_by_role("link", name="cannot be taken in 2").press("Enter")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody")).to_contain_text("the number and the name are not of the same student")
    require_no_scrolling_sideways(page)
    page.get_by_label("Where the paper is kept").fill("binder 3")
    page.get_by_label("Who collected it").fill("A. Baker")
    page.get_by_label("Leave the 1 refused line out").press("Space")
    page.get_by_role("button", name="Take it in").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Taken in: 4 records")
    expect(page.locator("main")).to_contain_text("binder 3")
    require_no_scrolling_sideways(page)
