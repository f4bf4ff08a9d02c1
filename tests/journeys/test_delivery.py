"""The real program delivers to a PowerSchool, is killed in the middle, and nothing stands there twice."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from central import config
from tests.fakes.central_process import INIT, Installation
from tests.fakes.station_process import ROOT, wait_for
from tests.journeys.browsing import BROWSER_MARKS
from tests.journeys.sight import Sight, require_no_scrolling_sideways
from tests.powerschool import founded
from tests.powerschool.faults import Fault
from tests.powerschool.founded import DAYS, STUDENTS, Founded
from tests.powerschool.server import CLIENT_ID, SECRET, Pretended, serving
from tests.powerschool.tables import Tables

pytestmark = BROWSER_MARKS
RECORDS = STUDENTS * DAYS * 2


@dataclass(frozen=True)
class District:
    """A school's installation, its PowerSchool, and what the program was told of both."""

    school: Installation
    sis: Pretended
    founded: Founded

    def deliver(self, *words: str) -> tuple[int, str]:
        ran = self.school.run(*self.words(*words))
        assert SECRET not in ran.out + ran.err
        return ran.code, ran.out + ran.err

    def words(self, *words: str) -> list[str]:
        days = self.founded.days
        return ["deliver", "--as", self.founded.by, "--since", days[0], "--until", days[-1], *words]

    def ask(self, module: str, *words: str) -> str:
        """Run a part of these tests in the records of the installation."""
        environ = {**os.environ, config.ENVIRONMENT: str(self.school.folder / "central.toml")}
        done = subprocess.run(
            [sys.executable, "-m", module, *words], env=environ, cwd=ROOT, stdout=subprocess.PIPE, check=True
        )
        return done.stdout.decode()


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    tables = Tables("12", "34", codes={"P": "501", "A": "502", "T": "503"})
    with serving(tables) as sis:
        said = f'[powerschool]\nurl = "{sis.url}"\nplain_http = true\nclient_id = "{CLIENT_ID}"\n'
        said += 'client_secret = "powerschool.secret"\nschool = "12"\nrest_s = 0\n'
        school = Installation(tmp_path / "central", said)
        secret = school.folder / "powerschool.secret"
        secret.touch(0o600)
        secret.write_text(SECRET, encoding="ascii")
        assert school.run(*INIT).code == 0
        empty = District(school, sis, Founded("", []))
        yield District(school, sis, founded.take_in(empty.ask("tests.powerschool.founded"), tables))


def test_a_killed_delivery_is_finished_by_the_next_and_the_office_sees_it(
    district: District, browser: Browser, tmp_path: Path
) -> None:
    sis = district.sis
    code, said = district.deliver("--check")
    assert (code, f"{RECORDS} to be delivered" in said) == (0, True)
    # The third student's records arrive; while the program waits for the answer, its power is cut.
    sis.faults.planned = [None, None, Fault.HANG]
    with subprocess.Popen(district.school.command(*district.words()), stdout=subprocess.DEVNULL) as program:
        wait_for(lambda: sis.tables.inserted == 6, "the third call")
        program.kill()
    code, said = district.deliver()
    assert code == 0, said
    assert len(sis.tables.attendance) == RECORDS
    assert sis.tables.duplicates() == 0
    sis.tables.edit(min(sis.tables.attendance), "T", by="4711")
    assert district.deliver("--read-back-only")[0] == 1
    with district.school.serve("--single", "--port", "0") as serving_pages:
        look(district, browser, serving_pages.url(), tmp_path)


def look(district: District, browser: Browser, address: str, pictures: Path) -> None:
    """See the reopened record on a phone and on a desk, and walk to its whole way."""
    session = district.ask("tests.journeys.signed_in_clerk")
    for width in (360, 1280):
        with closing(browser.new_context(viewport=ViewportSize(width=width, height=900))) as context:
            context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
            sight = Sight.of(context)
            page = sight.page
            days = district.founded.days
            page.goto(f"{address}/deliveries/?since={days[0]}&until={days[-1]}")
            require_no_scrolling_sideways(page)
            page.screenshot(path=pictures / f"deliveries-{width}.png", full_page=True)
            page.get_by_role("link", name="reopened 1").click()
            expect(page.locator("main")).to_contain_text("read back as T: changed there by 4711")
            require_no_scrolling_sideways(page)
            page.screenshot(path=pictures / f"reopened-{width}.png", full_page=True)
            page.locator("table.stack tbody th a").click()
            expect(page.get_by_text("first confirmed")).to_have_count(1)
            require_no_scrolling_sideways(page)
            page.screenshot(path=pictures / f"way-{width}.png", full_page=True)
            sight.require_calm(address)
