"""In a real browser: a station tells how it is, is ordered to report, and says that it did."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from demo.premises import at
from demo.room_player import RoomPlayer
from demo.story import LIVE_DAY
from station.vitals import FILE_NAME as VITALS_FILE
from tests.fakes.journey import Site
from tests.fakes.station_process import wait_for
from tests.journeys.browsing import BROWSER_MARKS, cookie
from tests.journeys.sight import Sight, require_no_scrolling_sideways

pytestmark = BROWSER_MARKS
IT = "IT7"
VITALS = {
    "temp_c": 52,
    "low_voltage": True,
    "low_voltage_since_boot": True,
    "throttled": False,
    "flush_ms": 14,
    "sw": "0.1.0",
    "python": "3.13.5",
    "os": "Debian GNU/Linux 13 (trixie)",
    "kernel": "6.12.25+rpt-rpi-v8",
    "model": "Raspberry Pi 3 Model B Rev 1.2",
}
PHONE = ViewportSize(width=360, height=740)


@dataclass(frozen=True)
class Morning:
    """A school whose one station has told how it is, served at an address."""

    site: Site
    address: str
    player: RoomPlayer


@pytest.fixture(scope="module")
def morning(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Morning]:
    """Serve a school and let its station talk once."""
    site = Site.copied(founded, tmp_path_factory.mktemp("morning") / "school")
    password = site.premises.files / "password"
    seed = site.premises.files / "seed-it"
    site.office.central(
        *("add-operator", IT, "--role", "it", "--family-name", "Okafor", "--given-name", "Robin"),
        *("--password-file", str(password), "--totp-seed-file", str(seed)),
    )
    with site.serving() as port:
        site.furnish(port)
        site.premises.move_clock(at(LIVE_DAY, site.section.track.starts, minutes=2))
        # What a station's own process would say: it runs, and its supply is weak.
        site.room.state.mkdir(exist_ok=True)
        status = {"readers": {"nfc": {"state": "ready", "resets": 2, "since_ms": 1, "fault": None}}}
        (site.room.state / "status.json").write_text(json.dumps(status | {"panel": "READY"}))
        (site.room.state / VITALS_FILE).write_text(json.dumps(VITALS))
        player = RoomPlayer(site.room)
        player.sync()
        yield Morning(site, f"http://127.0.0.1:{port}", player)
        player.close()


def look(page: Page, name: str) -> None:
    """Keep a picture of a page where somebody asked for pictures."""
    folder = os.environ.get("ROLLBOOK_PICTURES")
    if folder:
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def signed_in(browser: Browser, morning: Morning) -> Sight:
    """Return IT's browser, as wide as a telephone."""
    context = browser.new_context(viewport=PHONE)
    context.add_cookies(
        [{"name": "sessionid", "value": cookie(morning.site, IT), "url": f"{morning.address}/"}]
    )
    return Sight.of(context)


def test_a_station_is_looked_at_and_ordered_to_report_and_says_that_it_did(
    morning: Morning, browser: Browser
) -> None:
    sight = signed_in(browser, morning)
    page, room = sight.page, morning.site.room

    def told() -> bool:
        page.goto(f"{morning.address}/stations/")
        return "too weak at this moment" in page.content()

    wait_for(told, "the station's word of its supply")
    require_no_scrolling_sideways(page)
    look(page, "stations-360")
    page.get_by_role("row").get_by_role("link").first.click()
    expect(page.get_by_text("Raspberry Pi 3 Model B Rev 1.2")).to_be_visible()
    require_no_scrolling_sideways(page)
    page.get_by_text("I know of it").first.click()
    page.get_by_label("Why it can wait").first.fill("a new supply is ordered")
    page.get_by_role("button", name="Keep").first.click()
    expect(page.get_by_text("knows of it until")).to_be_visible()
    page.get_by_label("Have it").select_option("report")
    page.get_by_label("Reason", exact=True).fill("is it better?")
    page.get_by_role("button", name="Order it").click()
    expect(page.get_by_text("on its way")).to_be_visible()
    require_no_scrolling_sideways(page)
    look(page, "station-360")

    def done() -> bool:
        morning.player.sync()
        page.reload()
        return page.locator(".mark.ok", has_text="done").count() == 1

    wait_for(done, "the order's outcome")
    kept = json.loads((room.state / "orders.json").read_text(encoding="utf-8"))
    assert [(each["verb"], each["result"]) for each in kept] == [("report", "done")]
    page.set_viewport_size(ViewportSize(width=1280, height=900))
    look(page, "station-1280")
    page.goto(f"{morning.address}/stations/")
    look(page, "stations-1280")
    page.get_by_role("button", name="Español").click()
    expect(page.get_by_role("heading", name="Estaciones")).to_be_visible()
    sight.require_calm(morning.address)
    page.context.close()
