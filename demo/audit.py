"""The auditor's chapter: a paper to sign, and a packet that is proven on another machine with files alone."""

import re
from pathlib import Path

from demo import figures
from demo.narrator import Narrator
from demo.office import ADMINISTRATOR, Office
from demo.premises import Premises
from demo.programs import run

SAMPLE, SEED = 5, 2025


class Audit:
    """Hands a packet to an auditor, who has nothing else but the school's public key."""

    def __init__(self, premises: Premises, office: Office, narrator: Narrator) -> None:
        self._office = office
        self._narrator = narrator
        self._papers = premises.reports
        self._key = premises.keys / "server-ack.pub"
        self._packet = premises.reports / "audit-packet.rollbook"

    def sign_off(self) -> None:
        """Print P-2 as a board signs it."""
        for form in ("pdf", "xlsx"):
            self._office.paper(figures.P2.word, figures.P2.reported_on, form)
            there = list(self._papers.glob(f"PRACTICE_P-2_*.{form}"))
            self._narrator.check(f"P-2 is there as {form.upper()}", len(there), 1)

    def hand_over(self, year: str) -> None:
        """Write the packet."""
        wanted = ("--year", year, "--as-of", figures.END_OF_YEAR.isoformat(), "--as", ADMINISTRATOR)
        drawn = ("--sample", str(SAMPLE), "--seed", str(SEED))
        self._narrator.say("the school writes one file: totals, every record, a sample with its taps")
        self._office.central("packet", *wanted, *drawn, "--out", str(self._packet))
        size = self._packet.stat().st_size
        self._narrator.say(f"{self._packet.name}: {size / 1e6:.1f} MB")

    def prove(self) -> None:
        """Prove it as the auditor does, then change one bit of it and prove it again."""
        page = self._verify(self._packet, 0)
        told, *_ = re.sub(r"\n{2,}", "\n", page).partition("NOT PROVEN")
        self._narrator.quote(told)
        open_still = page.count("NOT PROVEN")
        self._narrator.say(f"... and {open_still} things left open: days played in minutes are never closed")
        self._narrator.quote(page.rstrip().splitlines()[-1])
        self._narrator.check("the packet is proven without the server", "WRONG" in page, expected=False)
        data = bytearray(self._packet.read_bytes())
        data[len(data) // 2] ^= 1
        changed = self._packet.with_suffix(".changed")
        changed.write_bytes(data)
        page = self._verify(changed, 1)
        changed.unlink()
        self._narrator.check("one bit of it that is changed is found", "WRONG" in page, expected=True)

    def _verify(self, packet: Path, expected: int) -> str:
        asked = ("rollbook-central", "verify", "packet", str(packet), "--server-key", str(self._key))
        return run(asked, (expected,))
