"""In a real browser: a clerk says whose an unknown card is, and its earlier taps follow."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from demo.office import PASSWORD
from demo.premises import at
from demo.room_player import RoomPlayer
from demo.school import Card, Student
from demo.story import LIVE_DAY
from tests.fakes.journey import Site
from tests.fakes.station_process import wait_for
from tests.journeys.browsing import BROWSER_MARKS, cookie
from tests.journeys.sight import Sight, require_no_scrolling_sideways

pytestmark = BROWSER_MARKS
PHONE, DESK = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=800)
CLERK = "C900"
NUMBER = "04d1e2f3a4b5c6"
"""Of a card nobody was given: a student found it in a drawer."""


@dataclass(frozen=True)
class Morning:
    """A school whose server knows taps of a card that is nobody's, at an address."""

    site: Site
    address: str
    student: Student


@pytest.fixture(scope="module")
def morning(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    """Let one student tap with a card nobody was given, in and out, and let the server know."""
    site = Site.copied(founded, tmp_path_factory.mktemp("morning") / "school")
    here = [student for student in site.section.students if student.since <= LIVE_DAY]
    employ_a_clerk(site)
    with site.serving() as port:
        site.furnish(port)
        site.premises.move_clock(at(LIVE_DAY, site.section.track.starts, minutes=-5))
        player = RoomPlayer(site.room)
        player.sync()
        unknown = replace(here[0], card=Card("uid", NUMBER, "ntag"))
        player.tap([(1_000, unknown), (2_000, here[1])])
        site.premises.move_clock(at(LIVE_DAY, site.section.track.ends, minutes=4))
        player.tap([(1_000, unknown)])
        player.sync()
        player.close()
        wait_for(lambda: count(site, "store_tap WHERE outcome = 'unknown-credential'") == 2, "the taps")
        yield Morning(site, f"http://127.0.0.1:{port}", here[0])


def employ_a_clerk(site: Site) -> None:
    """Give the school an attendance clerk who can sign in."""
    file = site.premises.files / "staff.csv"
    file.write_text(f"number,familyName,givenName,role\n{CLERK},Ochoa,Ines,clerk\n", encoding="utf-8")
    site.office.central("import-staff", str(file))
    password, seed = site.premises.files / "clerk-password", site.premises.files / "clerk-seed"
    password.write_text(PASSWORD, encoding="utf-8")
    password.chmod(0o600)
    site.office.central(
        "add-operator", CLERK, "--password-file", str(password), "--totp-seed-file", str(seed)
    )


def count(site: Site, what: str) -> int:
    """Count rows of the records, from outside."""
    file = site.premises.server / "data" / "records.sqlite"
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        return int(database.execute(f"SELECT count(*) FROM {what}").fetchone()[0])  # noqa: S608  our own words


def signed_in(browser: Browser, morning: Morning, size: ViewportSize) -> Sight:
    context = browser.new_context(viewport=size)
    value = cookie(morning.site, CLERK)
    context.add_cookies([{"name": "sessionid", "value": value, "url": morning.address}])
    return Sight.of(context)


def test_a_clerk_finds_the_student_as_she_types_and_says_whose_the_card_is(
    morning: Morning, browser: Browser
) -> None:
    site, student = morning.site, morning.student
    sight = signed_in(browser, morning, PHONE)
    page = sight.page
    page.goto(f"{morning.address}/students/")
    require_no_scrolling_sideways(page)
    # The list follows what is typed, without a button.
    page.get_by_label("Name or student number").press_sequentially(student.number)
    expect(page.locator("#found a")).to_have_count(1)
    page.get_by_role("link", name=f"{student.family}, {student.given}").click()
    expect(page.get_by_role("heading", name="Enrollments")).to_be_visible()
    require_no_scrolling_sideways(page)
    page.get_by_role("link", name="Give, lend or replace a card").click()
    expect(page.get_by_role("heading", name="Cards nobody is known to hold (1)")).to_be_visible()
    require_no_scrolling_sideways(page)
    assert records_of(site, student) == 0
    say_whose(page, "Nobody at all")
    expect(page.get_by_text("No student or more than one fits")).to_be_visible()
    say_whose(page, f"{student.given} {student.family}")
    expect(page.get_by_text("2 earlier taps are judged anew")).to_be_visible()
    expect(page.get_by_role("heading", name="Cards nobody is known to hold (0)")).to_be_visible()
    wait_for(lambda: records_of(site, student) == 1, "the record of the earlier taps")
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", name="Tarjetas entregadas")).to_be_visible()
    require_no_scrolling_sideways(page)
    assert NUMBER not in page.content()
    assert count(site, "store_credentialevent WHERE what = 'learned'") == 1
    sight.require_calm(morning.address, but="status of 409")
    page.context.close()


def say_whose(page: Page, name: str) -> None:
    row = page.get_by_role("row").filter(has=page.get_by_role("button", name="It is theirs"))
    row.get_by_label("Student number or name").fill(name)
    row.get_by_role("button", name="It is theirs").click()


def records_of(site: Site, student: Student) -> int:
    """Count the provisional records of a student on the day with both taps in them."""
    return count(
        site,
        "store_attendancerecord AS r JOIN store_student AS s ON r.student_id = s.id "
        f"WHERE s.number = '{student.number}' AND r.stage = 'provisional' AND r.last_out_at IS NOT NULL",
    )


def test_a_roster_is_tried_and_taken_in_at_a_desk(morning: Morning, browser: Browser) -> None:
    site = morning.site
    file = site.premises.files / "new students.csv"
    row = f"0099001,Nuñez,Eva,10,{site.section.code}"
    file.write_text(f"Número,Apellidos,Nombre,Grado,Clase\n{row}\n", encoding="utf-8")
    sight = signed_in(browser, morning, DESK)
    page = sight.page
    page.goto(f"{morning.address}/roster/")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_label("It holds").select_option("students")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_role("heading", name="What new students.csv would change")).to_be_visible()
    assert count(site, "store_student WHERE number = '0099001'") == 0
    page.get_by_label("Choose new students.csv again").set_input_files(file)
    page.get_by_role("button", name="Take it in").click()
    expect(page.get_by_text("Taken in: ")).to_contain_text("1 students added")
    assert count(site, "store_student WHERE number = '0099001'") == 1
    sight.require_calm(morning.address)
    page.context.close()
