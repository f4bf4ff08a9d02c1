"""The server is down, a laptop has the night's kit: print, key, die, resume, check, hand over, once."""

import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp

from central.domain.sheet_number import SheetCode
from demo.premises import at
from demo.programs import command
from demo.story import LIVE_DAY
from tests.fakes.journey import Site
from tests.fakes.station_process import wait_for

pytestmark = pytest.mark.journey
CLERK = "C900"
WORDS = "four words nobody guesses"


@dataclass(frozen=True)
class Laptop:
    """A folder with a kit, the passphrase of who uses it, and the program; nothing of the server."""

    folder: Path

    @property
    def kit(self) -> Path:
        """The kit's file."""
        (found,) = self.folder.glob("*.rollbook")
        return found

    def line(self, verb: str, *arguments: str) -> list[str]:
        """Return a command line."""
        config, words = str(self.folder / "laptop.toml"), str(self.folder / "words")
        named = ["--kit", str(self.kit), "--passphrase-file", words]
        return [command("rollbook-central"), "--config", config, "kit", verb, *named, *arguments]

    def run(self, verb: str, *arguments: str, typed: Sequence[str] = (), code: int = 0) -> str:
        """Run a command to its end and return what it printed."""
        done = subprocess.run(
            self.line(verb, *arguments),
            input="\n".join([*typed, ""]),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return done.stdout + done.stderr


def outage(site: Site, folder: Path) -> Laptop:
    """Let the server run until the night's kit is saved, carry that to a laptop, and take the server down."""
    staff = site.premises.files / "staff.csv"
    staff.write_text(f"number,familyName,givenName,role\n{CLERK},Ochoa,Ines,clerk\n", encoding="utf-8")
    site.office.central("import-staff", str(staff))
    words = site.premises.server / "words"
    words.write_text(WORDS, encoding="ascii")
    words.chmod(0o600)
    with site.premises.server_config.open("a", encoding="utf-8") as file:
        file.write('\n[kit]\nfolder = "kits"\npassphrase = "words"\n')
    site.premises.move_clock(at(LIVE_DAY, "02:00"))
    kits = site.premises.server / "kits"
    with site.serving():
        wait_for(lambda: any(kits.glob("nightly-*.rollbook")), "the night's kit")
    folder.mkdir()
    for kit in kits.glob("*.rollbook"):
        shutil.copy2(kit, folder)
    shutil.copy2(words, folder)
    text = f'data_dir = "nothing-here"\n[practice]\nclock = "{site.premises.clock}"\n'
    (folder / "laptop.toml").write_text(text, encoding="utf-8")
    return Laptop(folder)


def codes_on(path: Path) -> list[SheetCode]:
    """Return what the code on each page of a PDF says, read from its picture."""
    pictures = (page.render(scale=2).to_pil() for page in pypdfium2.PdfDocument(path))
    return [SheetCode.parse(code.text) for picture in pictures for code in zxingcpp.read_barcodes(picture)]


def key_and_die(laptop: Laptop, number: str, typed: Sequence[str]) -> list[str]:
    """Key lines and kill the program the moment the last one is confirmed; return what was confirmed."""
    arguments = laptop.line("key", "--as", CLERK, "--sheet", number)
    with subprocess.Popen(
        arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as keying:
        assert keying.stdin
        assert keying.stdout
        keying.stdin.write("".join(f"{line}\n" for line in typed))
        keying.stdin.flush()
        kept: list[str] = []
        while len(kept) < len(typed):
            line = keying.stdout.readline()
            assert line, "the program ended by itself"
            if "kept" in line:
                kept.append(line[line.index("kept") :].strip())
        keying.send_signal(signal.SIGKILL)
    return kept


def records(site: Site) -> list[tuple[str, str, int]]:
    """Return stage, origin and count of the day's records, from outside."""
    file = site.premises.server / "data" / "records.sqlite"
    asked = 'SELECT stage, source, count(*) FROM store_attendancerecord WHERE "on" = ? GROUP BY stage, source'
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
        return list(database.execute(asked, (LIVE_DAY.isoformat(),)))


def require_closed(laptop: Laptop, site: Site) -> None:
    """Find nothing in the kit that can be read, and no way in without its passphrase."""
    data = laptop.kit.read_bytes()
    for student in site.section.students:
        assert student.number.encode() not in data
        assert student.family.encode() not in data
    words = laptop.folder / "words"
    words.write_text(f"{WORDS}?", encoding="ascii")
    assert "the passphrase does not open this kit" in laptop.run("check", code=64)
    words.write_text(WORDS, encoding="ascii")


def test_a_day_without_a_server_is_kept_on_paper_and_comes_in_once(site: Site, tmp_path: Path) -> None:
    laptop = outage(site, tmp_path / "laptop")
    require_closed(laptop, site)
    site.premises.move_clock(at(LIVE_DAY, "07:30"))
    pdf = laptop.folder / "sheets.pdf"
    laptop.run("print", "--all", "--on", LIVE_DAY.isoformat(), "--as", CLERK, "--out", str(pdf))
    first, second = codes_on(pdf)
    assert {first.section, second.section} == {section.code for section in site.school.sections}
    assert first.on_first == first.on_last == LIVE_DAY

    site.premises.move_clock(at(LIVE_DAY, "16:00"))
    kept = key_and_die(laptop, first.number, ["p", "a", "1 p"])
    assert [line.split(":")[1].strip() for line in kept] == ["P", "A", "P"]
    listed = laptop.run("key", "--as", CLERK, "--sheet", first.number, typed=["list", "quit"])
    assert sum(line.endswith((" P", " A")) for line in listed.splitlines()) == 2
    assert "not done" in laptop.run("check", code=1)
    for number in (first.number, second.number):
        laptop.run("key", "--as", CLERK, "--sheet", number, typed=[*["p"] * 6, "done", "done"])
    assert "not done" not in laptop.run("check")
    over = laptop.folder / "over.json"
    laptop.run("hand-over", "--as", CLERK, "--out", str(over))

    site.premises.move_clock(at(LIVE_DAY, "17:00"))
    with site.serving():
        take_in = ("import-paper", "--kit", str(over), "--as", CLERK)
        assert "nothing was written" in site.office.central(*take_in, "--dry-run")
        assert records(site) == []
        assert "2 sheets taken in" in site.office.central(*take_in)
        found = records(site)
        assert [(stage, source) for stage, source, _ in found] == [("provisional", "paper")]
        assert found[0][2] >= 8
        assert "nothing changed" in site.office.central(*take_in)
        assert records(site) == found
        over.write_bytes(over.read_bytes().replace(b'\\"A\\"', b'\\"P\\"', 1))
        site.office.central(*take_in, expected=(64,))
