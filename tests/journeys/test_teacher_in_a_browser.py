import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ViewportSize, expect

from central import config
from demo import codes
from demo.office import PASSWORD
from demo.premises import at
from demo.room_player import RoomPlayer
from demo.school import Section, Student
from demo.story import LIVE_DAY
from tests.fakes.journey import Site
from tests.fakes.station_process import ROOT, wait_for
from tests.journeys.browsing import BROWSER_MARKS, cookie
from tests.journeys.sight import Sight, focused, go_to, require_no_scrolling_sideways

pytestmark = BROWSER_MARKS
PHONE, DESK = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=800)
_TO_TYPE_S = 5.0
"""A code that changes while it is typed would be refused, and rightly so."""
CLASS_SIZE = 30
MOST_CLICKS = 8
PARAEDUCATOR = "P100"


@dataclass(frozen=True)
class Morning:
    """A school on a morning: its server's address, and who tapped in the first class of thirty."""

    site: Site
    address: str
    tapped: tuple[Student, ...]


@dataclass
class Hand:
    """Clicks things, and counts how often."""

    clicks: list[str] = field(default_factory=list)

    def click(self, thing: Locator) -> None:
        thing.click()
        self.clicks.append(str(thing))


@pytest.fixture(scope="module")
def morning(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    """Let some students of the first class tap, and the server know; the class is about to end."""
    site = Site.copied(founded, tmp_path_factory.mktemp("morning") / "school")
    here = [student for student in site.section.students if student.since <= LIVE_DAY]
    fill_up(site)
    with site.serving() as port:
        site.furnish(port)
        site.premises.move_clock(at(LIVE_DAY, site.section.track.starts, minutes=-5))
        player = RoomPlayer(site.room)
        # A station that has heard from the server once can prove when its taps were.
        player.sync()
        player.tap((1_000 * number, student) for number, student in enumerate(here))
        site.premises.move_clock(at(LIVE_DAY, site.section.track.ends, minutes=4))
        player.sync()
        player.close()
        wait_for(lambda: records(site, "provisional") == len(here), "the provisional records")
        yield Morning(site, f"http://127.0.0.1:{port}", tuple(here))


def fill_up(site: Site) -> None:
    """Bring the first class to thirty, and give the second one a paraeducator."""
    codes_of = (site.section.code, str(CLASS_SIZE), site.school.sections[1].code, PARAEDUCATOR)
    subprocess.run(
        [sys.executable, "-m", "tests.journeys.fuller_class", *codes_of],
        env={**os.environ, config.ENVIRONMENT: str(site.premises.server_config)},
        cwd=ROOT,
        check=True,
    )


def records(site: Site, stage: str) -> int:
    """Count the first class's records of a stage, from outside."""
    file = site.premises.server / "data" / "records.sqlite"
    query = """
        SELECT count(*) FROM store_attendancerecord record JOIN store_section section
        ON record.section_id = section.id WHERE record.stage = ? AND section.code = ?
        """
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        return int(database.execute(query, (stage, site.section.code)).fetchone()[0])


def test_a_teacher_certifies_todays_class_of_thirty_on_a_phone_in_eight_clicks(
    morning: Morning, browser: Browser
) -> None:
    section, seed = morning.site.section, morning.site.seed(morning.site.section)
    hand, needed = Hand(), CLASS_SIZE - len(morning.tapped)
    with closing(browser.new_context(viewport=PHONE)) as context:
        sight = Sight.of(context)
        page = sight.page
        page.goto(morning.address)
        require_no_scrolling_sideways(page)
        used = sign_in(page, section, seed)
        require_no_scrolling_sideways(page)
        page.goto(f"{morning.address}/today/")
        hand.click(page.get_by_role("link", name=section.title))
        expect(page.get_by_role("heading", name=f"Needed ({needed})")).to_be_visible()
        expect(page.get_by_role("heading", name=f"Inbox ({len(morning.tapped)})")).to_be_visible()
        require_no_scrolling_sideways(page)
        # A wrong record goes, a missed one comes, everybody else who is needed is absent: one action.
        hand.click(page.get_by_text("change", exact=True).first)
        hand.click(page.get_by_label("remove").first)
        page.keyboard.press("Tab")
        page.keyboard.type("her sister showed her card")
        require_no_scrolling_sideways(page)
        hand.click(page.get_by_label("present", exact=True).first)
        page.keyboard.press("Tab")
        page.keyboard.type("left her card at home")
        hand.click(page.get_by_role("button", name="Mark all who are needed absent"))
        expect(page.get_by_text("Nobody is needed")).to_be_visible()
        expect(page.get_by_role("heading", name=f"Inbox ({CLASS_SIZE})")).to_be_visible()
        assert records(morning.site, "certified") == 0
        require_no_scrolling_sideways(page)
        code = fresh_code(page, seed, used)
        hand.click(page.get_by_label("One-time code"))
        page.keyboard.type(code)
        hand.click(page.get_by_role("button", name="I certify this attendance"))
        # One was taken out and one put in.
        expect(
            page.get_by_text(f"{len(morning.tapped)} present, {needed} absent", exact=False)
        ).to_be_visible()
        assert records(morning.site, "certified") == CLASS_SIZE
        assert len(hand.clicks) <= MOST_CLICKS
        expect(page.locator("p .mark.certified")).to_be_visible()
        require_no_scrolling_sideways(page)
        page.get_by_text("Sign again").click()
        page.get_by_label("Already certified").fill("once more")
        certify(page, code)
        expect(page.get_by_text("has been used")).to_be_visible()
        # What was typed is still there, so that only the code is to be typed again.
        expect(page.get_by_label("Already certified")).to_have_value("once more")
        require_no_scrolling_sideways(page)
        sight.require_calm(morning.address, but="status of 409")


def sign_in(page: Page, section: Section, seed: Path) -> str:
    """Sign in by hand and return the one-time code that took."""
    page.get_by_label("Name").fill(section.teacher.number)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="One-time code")).to_be_visible()
    require_no_scrolling_sideways(page)
    code = fresh_code(page, seed)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("link", name=section.title)).to_be_visible()
    return code


def certify(page: Page, code: str) -> None:
    page.get_by_label("One-time code").fill(code)
    page.get_by_role("button", name="I certify this attendance").click()


def fresh_code(page: Page, seed: Path, used: str = "") -> str:
    """Return a code that has not been used and will last a while, as soon as the authenticator shows one."""
    for _ in range(2 * codes.STEP_S * 10):
        code = codes.current(seed)
        if code != used and codes.STEP_S - time.time() % codes.STEP_S > _TO_TYPE_S:
            return code
        page.wait_for_timeout(100)
    raise AssertionError(used)


def test_a_paraeducator_adds_and_a_class_is_certified_with_the_keyboard_alone(
    morning: Morning, browser: Browser
) -> None:
    section = morning.site.school.sections[1]
    absent = len([student for student in section.students if student.since <= LIVE_DAY]) - 1
    with ExitStack() as stack:
        page = stack.enter_context(closing(signed_in(browser, morning, PARAEDUCATOR))).new_page()
        page.goto(morning.address)
        page.get_by_role("link", name=section.title).click()
        expect(page.get_by_label("One-time code")).to_have_count(0)
        page.get_by_label("present", exact=True).first.click()
        page.keyboard.press("Tab")
        page.keyboard.type("told me so at the door")
        page.get_by_role("button", name="Keep what is marked").click()
        expect(page.get_by_role("heading", name="Inbox (1)")).to_be_visible()
        expect(page.get_by_role("cell", name="Vega, Sol")).to_be_visible()

        context = stack.enter_context(closing(signed_in(browser, morning, section.teacher.number)))
        sight = Sight.of(context)
        page = sight.page
        page.goto(morning.address)
        page.keyboard.press("Tab")
        assert focused(page) == "Skip to the content"
        go_to(page, section.title)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name=section.title)).to_be_visible()
        go_to(page, "Mark all who are needed absent")
        page.keyboard.press("Space")
        expect(page.get_by_text("Nobody is needed")).to_be_visible()
        go_to(page, "One-time code")
        page.keyboard.type(fresh_code(page, morning.site.seed(section)))
        # Enter alone signs: what stands first on the page is not what it presses.
        page.keyboard.press("Enter")
        expect(page.get_by_text(f"1 present, {absent} absent")).to_be_visible()
        expect(page.locator("p .mark.certified")).to_be_visible()
        sight.require_calm(morning.address)


def signed_in(browser: Browser, morning: Morning, number: str) -> BrowserContext:
    """Return a browser window in which a member of staff is signed in."""
    context = browser.new_context(viewport=DESK)
    session = cookie(morning.site, number)
    context.add_cookies([{"name": "sessionid", "value": session, "url": morning.address}])
    return context
