"""In a real browser: an admin walks from P-2 down to a single tap, and an auditor can change nothing."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from demo import codes
from demo.office import PASSWORD
from demo.premises import at
from demo.room_player import RoomPlayer
from demo.story import LIVE_DAY
from tests.fakes.journey import Site
from tests.fakes.station_process import wait_for
from tests.journeys.browsing import BROWSER_MARKS, cookie
from tests.journeys.sight import Sight, require_no_scrolling_sideways

pytestmark = BROWSER_MARKS
PHONE = ViewportSize(width=360, height=740)
ADMIN, AUDITOR = "A001", "A002"


@dataclass(frozen=True)
class Evening:
    """A school whose first class of the day is certified, served at an address."""

    site: Site
    address: str


@pytest.fixture(scope="module")
def evening(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evening]:
    """Let the first class tap, its teacher certify it, and two people of the office sign in."""
    site = Site.copied(founded, tmp_path_factory.mktemp("evening") / "school")
    for number, role in ((ADMIN, "admin"), (AUDITOR, "auditor")):
        join(site, number, role)
    here = [student for student in site.section.students if student.since <= LIVE_DAY]
    with site.serving() as port:
        site.furnish(port)
        site.premises.move_clock(at(LIVE_DAY, site.section.track.starts, minutes=-5))
        player = RoomPlayer(site.room)
        player.sync()
        player.tap((1_000 * number, student) for number, student in enumerate(here))
        site.premises.move_clock(at(LIVE_DAY, site.section.track.ends, minutes=4))
        player.sync()
        player.close()
        wait_for(lambda: count(site, "store_attendancerecord") == len(here), "the provisional records")
        site.office.certify(site.section, LIVE_DAY, codes.current(site.seed(site.section)))
        yield Evening(site, f"http://127.0.0.1:{port}")


def join(site: Site, number: str, role: str) -> None:
    """Take somebody of the office into the records, with a login."""
    password = site.premises.files / "password"
    password.write_text(PASSWORD, encoding="utf-8")
    password.chmod(0o600)
    seed = site.premises.files / f"seed-{number}"
    site.office.central(
        *("add-operator", number, "--role", role, "--family-name", role.title(), "--given-name", "Robin"),
        *("--password-file", str(password), "--totp-seed-file", str(seed)),
    )


def count(site: Site, table: str) -> int:
    file = site.premises.server / "data" / "records.sqlite"
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608  our own words


def signed_in(browser: Browser, evening: Evening, number: str) -> Sight:
    context = browser.new_context(viewport=PHONE)
    value = cookie(evening.site, number)
    context.add_cookies([{"name": "sessionid", "value": value, "url": evening.address}])
    return Sight.of(context)


def test_an_admin_walks_from_a_number_to_a_single_tap(evening: Evening, browser: Browser) -> None:
    sight = signed_in(browser, evening, ADMIN)
    page = sight.page
    page.goto(f"{evening.address}/reports/")
    page.get_by_role("link", name="P-2", exact=True).click()
    expect(page.get_by_role("heading", name="P-2 2024-25")).to_be_visible()
    require_no_scrolling_sideways(page)
    # The one number of the report that somebody attended for.
    page.locator("tbody a", has_text=re.compile(r"^0\.0[1-9]")).first.click()
    expect(page.get_by_text("student-days ÷")).to_be_visible()
    require_no_scrolling_sideways(page)
    page.locator("tbody a", has_text=re.compile(r"^[1-9]")).first.click()
    record = page.get_by_role("link", name=re.compile(r"^record \d+$")).first
    expect(record).to_be_visible()
    require_no_scrolling_sideways(page)
    record.click()
    expect(page.get_by_role("heading", name="Counts in")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("^P-2 2024-25: track"))).to_be_visible()
    page.get_by_role("link", name="Verify the taps from the stations' signed bytes").click()
    expect(page.get_by_text("PROVEN", exact=True)).to_be_visible()
    require_no_scrolling_sideways(page)
    page.get_by_role("link", name=re.compile(r"^Tap at st-")).click()
    expect(page.get_by_role("heading", name="Verify it without this server")).to_be_visible()
    expect(page.get_by_text("rollbook-central prove-tap --station")).to_be_visible()
    require_no_scrolling_sideways(page)
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", name="Verifíquelo sin este servidor")).to_be_visible()
    require_no_scrolling_sideways(page)
    sight.require_calm(evening.address)
    page.context.close()


def test_an_admin_takes_a_paper_from_the_page_and_the_server_proves_it(
    evening: Evening, browser: Browser, tmp_path: Path
) -> None:
    sight = signed_in(browser, evening, ADMIN)
    page = sight.page
    page.goto(f"{evening.address}/reports/")
    expect(page.get_by_role("heading", name="For the state")).to_be_visible()
    require_no_scrolling_sideways(page)
    row = page.locator("tr", has=page.get_by_role("link", name="P-2", exact=True))
    with page.expect_download() as paper:
        row.get_by_role("link", name="PDF", exact=True).click()
    name = paper.value.suggested_filename
    year = re.search(r"_(\d{4}-\d{2})_as-of_", name)
    assert year, name
    paper.value.save_as(tmp_path / name)
    told = evening.site.office.central("report", "p2", "--year", year[1], "--verify", str(tmp_path / name))
    assert "byte for byte" in told
    page.context.close()


def test_an_auditor_sees_every_page_of_the_menu_and_finds_nothing_to_press(
    evening: Evening, browser: Browser
) -> None:
    sight = signed_in(browser, evening, AUDITOR)
    page = sight.page
    page.goto(f"{evening.address}/reports/")
    before = count(evening.site, "store_decision"), count(evening.site, "store_auditevent")
    for part in links(page, "header nav a"):
        page.goto(part)
        for address in links(page, "nav.within a") or [part]:
            look_at(page, address)
    assert (count(evening.site, "store_decision"), count(evening.site, "store_auditevent")) == before
    sight.require_calm(evening.address, but="status of 403")
    page.context.close()


def look_at(page: Page, address: str) -> None:
    """Open a page of the auditor's: no form of it changes anything, and sending one is refused."""
    page.goto(address)
    path = urlsplit(address).path
    # Tokens are the auditor's own: with them programs read, and nothing else. A packet copies what is there.
    if "token" in path or "packet" in path:
        return
    sends = page.locator("form[method=post]").evaluate_all(
        "forms => forms.map(form => form.getAttribute('action'))"
    )
    assert set(sends) <= {"/accounts/logout/", "/i18n/setlang/"}, address
    csrf = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    sent = page.request.post(
        address, form={"csrfmiddlewaretoken": csrf}, headers={"Referer": address}, max_redirects=0
    )
    assert sent.status in {403, 405}, (address, sent.status)


def links(page: Page, where: str) -> list[str]:
    """Return where the links of a part of the page lead."""
    found: list[str] = page.locator(where).evaluate_all("links => links.map(link => link.href)")
    return found
