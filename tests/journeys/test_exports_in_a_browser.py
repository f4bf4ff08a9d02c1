"""In a real browser: a file is checked, what keeps another back is read, and one is given out and saved."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys import test_recovery_in_a_browser as recovery
from tests.journeys.browsing import BROWSER_MARKS
from tests.journeys.sight import go_to, require_no_scrolling_sideways

pytestmark = [*BROWSER_MARKS, pytest.mark.timeout(400)]
office = recovery.office


def test_a_clerk_checks_gives_out_and_saves_a_file(
    office: recovery.Office, browser: Browser, tmp_path: Path
) -> None:
    with office.signed_in(browser, "clerk", recovery.PHONE) as page:
        page.goto(f"{office.address}/exports/")
        chosen(page, "CALPADS: student absence summary (STAS)")
        expect(page.get_by_text("This is a practice school")).to_be_visible()
        expect(page.get_by_text("the SSID is no number of 10 digits").first).to_be_visible()
        expect(page.get_by_role("button", name="Give it out")).to_have_count(0)
        require_no_scrolling_sideways(page)
        chosen(page, "Infinite Campus: recovery records")
        expect(page.get_by_text("Nothing stands against this file.")).to_be_visible()
        page.get_by_role("button", name="Check").focus()
        go_to(page, "Give it out")
        page.keyboard.press("Enter")
        expect(page.get_by_text("1 file is kept and can be saved below.")).to_be_visible()
        with page.expect_download() as saving:
            page.get_by_role("link", name="PRACTICE_ic-recovery_2025-26").click()
        saving.value.save_as(tmp_path / "saved.csv")
    text = (tmp_path / "saved.csv").read_text(encoding="utf-8")
    assert text.splitlines()[1].startswith("001002,2025-08-18,,Saturday school")
    with office.signed_in(browser, "leader") as page:
        page.goto(f"{office.address}/exports/")
        chosen(page, "Aeries: supplemental attendance (ATD)")
        expect(page.get_by_text("write school into the template")).to_be_visible()
        expect(page.get_by_text("No template of the district is kept")).to_be_visible()
        require_no_scrolling_sideways(page)


def chosen(page: Page, file: str) -> None:
    """Choose a file and have it checked."""
    page.get_by_label("File", exact=True).select_option(label=file)
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_role("heading", name=file)).to_be_visible()
