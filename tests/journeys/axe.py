"""axe-core, which examines pages for people with disabilities: fetched by npm, pinned by its hash."""

import base64
import hashlib
import json
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page

VERSION: Final = "4.14.1"
SHA512: Final = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
_GRAVE: Final = {"serious", "critical"}
# Where every other thing of a page stands that is right, nobody asks, and finding it out takes longest.
_RUN: Final = "axe.run({resultTypes: ['violations']}).then(result => JSON.stringify(result.violations))"


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule a page breaks, and where."""

    rule: str
    impact: str
    help: str
    where: tuple[str, ...]


@cache
def source(folder: Path) -> str:
    """Return the script, fetched into a folder the first time; skips where there is no npm."""
    script = folder / f"axe-{VERSION}.min.js"
    if not script.exists():
        if shutil.which("npm") is None:
            pytest.skip("npm is missing: apt-get install npm brings axe-core, which examines the pages")
        done = subprocess.run(
            ["npm", "pack", "--silent", f"axe-core@{VERSION}"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        )
        packed = folder / done.stdout.strip().splitlines()[-1]
        told = hashlib.sha512(packed.read_bytes()).digest()
        assert base64.b64encode(told).decode() == SHA512, "axe-core is not the release these tests know"
        with tarfile.open(packed) as archive:
            member = archive.extractfile("package/axe.min.js")
            assert member is not None
            script.write_bytes(member.read())
    return script.read_text(encoding="utf-8")


def grave_faults(page: Page, script: str) -> list[Fault]:
    """Return what somebody with a disability would seriously suffer from on the page as it is shown."""
    # By evaluation and not as a script of the page, whose policy allows none from elsewhere.
    page.evaluate(script)
    found = json.loads(page.evaluate(_RUN))
    return [
        Fault(rule["id"], rule["impact"], rule["help"], tuple(str(node["target"]) for node in rule["nodes"]))
        for rule in found
        if rule["impact"] in _GRAVE
    ]
