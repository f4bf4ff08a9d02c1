"""What journeys through a browser begin with: one that asks nobody else, and a person signed in."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, sync_playwright

from central import config
from tests.fakes.journey import Site
from tests.fakes.station_process import ROOT

CHROMIUM: Final = Path("/usr/bin/chromium")
BROWSER_MARKS: Final = [
    pytest.mark.journey,
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is missing: apt-get install chromium"),
]
_QUIET: Final = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


@contextmanager
def browsing() -> Iterator[Browser]:
    """Run a browser for as long as the block lasts."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=_QUIET)
        yield chromium
        chromium.close()


def cookie(site: Site, number: str) -> str:
    """Return the session cookie of a member of staff who signed in earlier."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.journeys.signed_in", number],
        env={**os.environ, config.ENVIRONMENT: str(site.premises.server_config)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
