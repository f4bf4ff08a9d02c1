"""In a real browser: a tap nothing dates is decided, and a gap explained, in both languages."""

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from demo.premises import at
from demo.room_player import RoomPlayer
from demo.story import LIVE_DAY
from station import config, credential, machine
from station.boot import boot_id_of
from station.clock import PracticeClock, SystemClock
from station.journal import FILE_NAME, Identity, Journal
from station.tap import Json, Kind, Tap
from tests.fakes.journey import Site
from tests.fakes.station_process import wait_for
from tests.journeys.browsing import BROWSER_MARKS, cookie
from tests.journeys.sight import Sight, require_no_scrolling_sideways

pytestmark = BROWSER_MARKS
PHONE = ViewportSize(width=360, height=740)


@dataclass(frozen=True)
class Afternoon:
    """A school in which one tap waits for a person, served at an address."""

    site: Site
    address: str


@pytest.fixture(scope="module")
def afternoon(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Afternoon]:
    """Let a student tap before the station ever heard of central, cut the power, and let it sync."""
    site = Site.copied(founded, tmp_path_factory.mktemp("afternoon") / "school")
    with site.serving() as port:
        site.furnish(port)
        site.premises.move_clock(at(LIVE_DAY, site.section.track.starts, minutes=2))
        tap_unheard(site)
        site.premises.move_clock(at(LIVE_DAY, site.section.track.ends, minutes=30))
        player = RoomPlayer(site.room)
        player.sync()
        player.close()
        wait_for(lambda: waiting(site) == 1, "the tap that waits")
        yield Afternoon(site, f"http://127.0.0.1:{port}")


def tap_unheard(site: Site) -> None:
    """Journal the first student's card in a boot of its own, on a clock that claims nothing."""
    settings = config.read(site.room.station_config)
    card = site.section.students[0].card
    token = credential.token(site.school_key(), card.kind, card.value)
    boot_id = f"{boot_id_of()}-before"
    clock = PracticeClock(site.premises.clock, SystemClock(boot=machine.boot_of(settings, boot_id)))
    reading = replace(clock.reading(), sync_state=0)
    identity = Identity(settings.station, settings.school, "0")
    site.room.state.mkdir(exist_ok=True)
    path = site.room.state / FILE_NAME
    with closing(Journal.open(path, identity, reading, partial(secrets.randbits, 63))) as journal:
        boot: Json = {"boot_id": boot_id, "sw": "0", "clean": False, "practice": True}
        journal.append(Kind.BOOT, boot, reading)
        journal.append(Kind.TAP, Tap(token, settings.token.key_id, "nfc").payload(), reading)


def waiting(site: Site) -> int:
    """Count the taps that wait for a person, from outside."""
    return count(site, "store_tap WHERE outcome = 'time-review'")


def count(site: Site, what: str) -> int:
    file = site.premises.server / "data" / "records.sqlite"
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        return int(database.execute(f"SELECT count(*) FROM {what}").fetchone()[0])  # noqa: S608  our own words


def day_before_the_bound(site: Site) -> date:
    """Return a day on which the tap may have been; to the practice clock, being moved is uptime."""
    file = site.premises.server / "data" / "records.sqlite"
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        (latest,) = database.execute("SELECT min(latest_at) FROM store_tap").fetchone()
    return datetime.fromisoformat(latest).date() - timedelta(days=2)


def signed_in(browser: Browser, afternoon: Afternoon) -> Sight:
    context = browser.new_context(viewport=PHONE)
    value = cookie(afternoon.site, afternoon.site.section.teacher.number)
    context.add_cookies([{"name": "sessionid", "value": value, "url": afternoon.address}])
    return Sight.of(context)


def test_a_tap_nothing_dates_is_decided_on_a_phone_after_looking_in_both_languages(
    afternoon: Afternoon, browser: Browser
) -> None:
    site = afternoon.site
    sight = signed_in(browser, afternoon)
    page = sight.page
    page.goto(afternoon.address)
    page.get_by_role("link", name="1 tap waits for somebody to say when it was").click()
    expect(page.get_by_role("heading", name="Times to decide")).to_be_visible()
    require_no_scrolling_sideways(page)
    page.get_by_role("link", name="look and decide").click()
    expect(page.get_by_role("heading", name="When was this tap?")).to_be_visible()
    require_no_scrolling_sideways(page)
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", name="¿Cuándo fue este registro?")).to_be_visible()
    require_no_scrolling_sideways(page)
    page.get_by_role("button", name="English").click()
    noon = f"{day_before_the_bound(site)}T12:00"
    decide(page, f"{LIVE_DAY}T23:00", f"{LIVE_DAY}T23:10", "I saw her come in")
    expect(page.get_by_text("that is proven, so the time must lie inside")).to_be_visible()
    expect(page.get_by_label("How do you know?")).to_have_value("I saw her come in")
    decide(page, noon, noon[:-1] + "5", "I saw her come in")
    expect(page.get_by_text("Decided. The tap is judged anew")).to_be_visible()
    # The school year had not begun, nor the card been handed out; but the tap is dated and waits no more.
    wait_for(lambda: waiting(site) == 0, "the tap judged anew")
    assert count(site, 'store_tap WHERE "on" IS NOT NULL AND is_attested') == 1
    assert count(site, "store_timedecision") == 1
    sight.require_calm(afternoon.address, but="status of 409")
    page.context.close()


def decide(page: Page, since: str, until: str, reason: str) -> None:
    page.get_by_label("Not before").fill(since)
    page.get_by_label("Not after").fill(until)
    page.get_by_label("How do you know?").fill(reason)
    page.get_by_role("button", name="This is when it was").click()


def test_a_gap_is_explained_on_a_phone(afternoon: Afternoon, browser: Browser) -> None:
    sight = signed_in(browser, afternoon)
    page = sight.page
    page.goto(f"{afternoon.address}/stations/")
    require_no_scrolling_sideways(page)
    page.get_by_role("link", name="Gaps of this day").click()
    expect(page.get_by_role("heading", name="Gaps")).to_be_visible()
    require_no_scrolling_sideways(page)
    page.get_by_text("explain", exact=True).first.click()
    page.get_by_label("What happened?").first.fill("the cable was found unplugged")
    require_no_scrolling_sideways(page)
    page.get_by_role("button", name="Keep this explanation").first.click()
    expect(page.get_by_text("The explanation is kept beside the gap.")).to_be_visible()
    expect(page.get_by_text("the cable was found unplugged").first).to_be_visible()
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", name="Faltas de evidencia")).to_be_visible()
    require_no_scrolling_sideways(page)
    assert count(afternoon.site, "store_gapexplanation") == 1
    sight.require_calm(afternoon.address)
    page.context.close()
