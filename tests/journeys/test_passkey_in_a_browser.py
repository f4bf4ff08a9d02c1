"""A teacher's own device holds a passkey: it opens the sign-in after the password, and signs a class once."""

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize, expect

from demo import codes
from demo.office import PASSWORD
from demo.premises import at
from demo.story import LIVE_DAY
from tests.fakes.journey import Site
from tests.journeys.browsing import BROWSER_MARKS, cookie
from tests.journeys.sight import Sight, require_no_scrolling_sideways

pytestmark = BROWSER_MARKS
PHONE = ViewportSize(width=360, height=740)


@dataclass(frozen=True)
class Named:
    """A school whose server has a name, as devices ask before they make a passkey."""

    site: Site
    address: str


@pytest.fixture(scope="module")
def named(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Named]:
    """Serve a school under a name, shortly after its first class."""
    site = Site.copied(founded, tmp_path_factory.mktemp("named") / "school")
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = int(door.getsockname()[1])
    address, config = f"http://localhost:{port}", site.premises.server_config
    text = config.read_text(encoding="utf-8").replace(
        "port = 0\n", f'port = {port}\npublic_url = "{address}"\n'
    )
    config.write_text(text, encoding="utf-8")
    site.premises.move_clock(at(LIVE_DAY, site.section.track.ends, minutes=4))
    with site.serving():
        yield Named(site, address)


def give_device(context: BrowserContext, page: Page) -> None:
    """Let the browser have a phone that sees its owner's finger."""
    device = context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def signed_with(site: Site) -> list[str]:
    """Return with what each session was certified."""
    file = site.premises.server / "data" / "records.sqlite"
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as records:
        rows = records.execute("SELECT signed_with FROM store_sessioncertification ORDER BY id").fetchall()
    return [str(row[0]) for row in rows]


def test_a_teacher_adds_a_passkey_signs_in_with_it_and_certifies_a_class_with_it(
    named: Named, browser: Browser
) -> None:
    site, section = named.site, named.site.section
    with closing(browser.new_context(viewport=PHONE)) as context:
        session = cookie(site, section.teacher.number)
        context.add_cookies([{"name": "sessionid", "value": session, "url": named.address}])
        sight = Sight.of(context)
        page = sight.page
        give_device(context, page)

        page.goto(named.address)
        page.get_by_role("link", name="Your sign-in").click()
        page.get_by_label("Which device is it on?").fill("My phone")
        page.get_by_label("One-time code").fill(codes.current(site.seed(section)))
        require_no_scrolling_sideways(page)
        page.get_by_role("button", name="Add the passkey of this device").click()
        expect(page.get_by_role("rowheader", name="My phone")).to_be_visible()
        require_no_scrolling_sideways(page)

        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
        page.goto(named.address)
        page.get_by_label("Name").fill(section.teacher.number)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
        require_no_scrolling_sideways(page)
        page.get_by_role("button", name="Use a passkey").click()
        page.get_by_role("link", name=section.title).click()

        page.get_by_role("button", name="Mark all who are needed absent").click()
        expect(page.get_by_text("Nobody is needed")).to_be_visible()
        require_no_scrolling_sideways(page)
        with page.expect_request(lambda request: request.method == "POST") as sent:
            page.get_by_role("button", name="Sign with a passkey").click()
        expect(page.locator("p .mark.certified")).to_be_visible()
        assert signed_with(site) == ["passkey"]

        is_told = "no fresh answer of a passkey"
        assert is_told in sent_again(page, sent.value)
        other = page.request.get(f"{page.url.replace(section.code, site.school.sections[1].code)}?passkey")
        assert other.status == 404, "nobody is asked to sign for a class of somebody else"
        assert signed_with(site) == ["passkey"]
        sight.require_calm(named.address, but="status of 404")


def sent_again(page: Page, request: Request) -> str:
    """Send a certification once more with a reason, as whoever overheard it would; return the page."""
    form = {name: values[0] for name, values in parse_qs(request.post_data or "").items()}
    assert form["passkey"]
    again = page.request.post(
        request.url, form={**cast("dict[str, str | float | bool]", form), "reason": "again"}
    )
    assert again.status == 409
    return again.text()
