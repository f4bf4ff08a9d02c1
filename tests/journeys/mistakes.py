"""What people get wrong, made in a school's own files: rosters, calendars, configurations, codes."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from demo import codes
from demo.premises import at
from demo.school_calendar import FIRST_YEAR
from demo.story import LIVE_DAY
from tests.fakes.journey import Site

USAGE, UNAVAILABLE, CONFIGURATION = 64, 69, 78
Arguments = list[str]


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something a person gets wrong, and what they are told; `says` must all be on standard error."""

    name: str
    made: Callable[[Site], Arguments]
    code: int
    says: tuple[str, ...]
    prints: bool = False
    audited: tuple[str, ...] = ()


def central(site: Site, *arguments: str | Path) -> Arguments:
    return ["rollbook-central", "--config", str(site.premises.server_config), *map(str, arguments)]


def roster(change: Callable[[str, str], str | None]) -> Callable[[Site], Arguments]:
    """Hand in the roster with each file's text changed, or left out."""

    def made(site: Site) -> Arguments:
        good, bad = site.premises.files / f"roster-{FIRST_YEAR.name}.zip", site.premises.files / "bad.zip"
        with zipfile.ZipFile(good) as source, zipfile.ZipFile(bad, "w") as target:
            for name in source.namelist():
                text = change(name, source.read(name).decode())
                if text is not None:
                    target.writestr(name, text)
        return central(site, "import-roster", bad)

    return made


def bytes_of(change: Callable[[bytes], bytes]) -> Callable[[Site], Arguments]:
    """Hand in the roster with its bytes changed."""

    def made(site: Site) -> Arguments:
        bad = site.premises.files / "bad.zip"
        bad.write_bytes(change((site.premises.files / f"roster-{FIRST_YEAR.name}.zip").read_bytes()))
        return central(site, "import-roster", bad)

    return made


def calendar(days: Callable[[list[str]], list[str]], *months: str) -> Callable[[Site], Arguments]:
    """Hand in the calendar with its lines changed, and the months the school counts."""

    def made(site: Site) -> Arguments:
        lines = (site.premises.files / f"calendar-{FIRST_YEAR.name}.csv").read_text("utf-8").splitlines()
        bad, windows = site.premises.files / "bad.csv", site.premises.files / "months.csv"
        bad.write_text("\n".join([*days(lines), ""]), encoding="utf-8")
        windows.write_text("\n".join(["track,number,start,end", *months, ""]), encoding="utf-8")
        compared = ("--months", windows) if months else ()
        return central(
            site, "import-calendar", bad, *compared, "--year", FIRST_YEAR.name, "--decided-by", "the board"
        )

    return made


def misspelt(program: str, *arguments: str) -> Callable[[Site], Arguments]:
    """Start a program whose configuration holds a key that does not exist."""

    def made(site: Site) -> Arguments:
        files = {"rollbook-station": site.room.station_config, "rollbook-sync": site.room.agent_config}
        file = files.get(program, site.premises.server_config)
        file.write_text('colour = "green"\n' + file.read_text(encoding="utf-8"), encoding="utf-8")
        if program == "rollbook-central":
            return central(site, *arguments)
        return [program, *arguments, "--config", str(file)]

    return made


def at_the_station(*arguments: str) -> Callable[[Site], Arguments]:
    """Use a station whose readers are not plugged in."""
    return lambda site: ["rollbook-station", *arguments, "--config", str(site.room.station_config)]


def wrong_code(site: Site) -> Arguments:
    section, file = site.section, site.premises.files / "code"
    site.premises.move_clock(at(LIVE_DAY, section.track.ends, minutes=4))
    right = codes.current(site.seed(section))
    file.write_text(f"{(int(right) + 500_000) % 1_000_000:06d}", encoding="ascii")
    signed = ("--as", section.teacher.number, "--code-file", file, "--absent-rest")
    return central(site, "certify", section.code, "--on", LIVE_DAY.isoformat(), *signed)


def doubled(name: str, text: str) -> str:
    return text + text.splitlines(keepends=True)[-1] if name == "users.csv" else text


def dangling(file: str, old: str, new: str) -> Callable[[str, str], str]:
    return lambda name, text: text.replace(old, new) if name == file else text


MISTAKES = [
    Mistake("a roster that is no zip", bytes_of(lambda _: b"sourcedId\n"), USAGE, ("bad.zip", "zip")),
    Mistake("half a zip", bytes_of(lambda data: data[: len(data) // 2]), USAGE, ("bad.zip", "zip")),
    Mistake(
        "a zip with a damaged file",
        bytes_of(lambda data: data[:300] + bytes([data[300] ^ 0xFF]) + data[301:]),
        USAGE,
        ("bad.zip", "cannot be read"),
    ),
    Mistake(
        "a roster without its users",
        roster(lambda name, text: None if name == "users.csv" else text),
        USAGE,
        ("users.csv", "manifest"),
    ),
    Mistake(
        "a class of a course that is not there",
        roster(dangling("classes.csv", "c0", "c9")),
        USAGE,
        ("classes.csv row 2 column courseSourcedId", "c9"),
    ),
    Mistake(
        "a seat of a user who is not there",
        roster(dangling("enrollments.csv", "u0024001", "u0099999")),
        USAGE,
        ("enrollments.csv row 4 column userSourcedId", "u0099999"),
    ),
    Mistake("two users with one id", roster(doubled), USAGE, ("users.csv row 16 column sourcedId",)),
    Mistake(
        "a calendar with a date twice",
        calendar(lambda lines: [*lines, lines[3]]),
        USAGE,
        ("bad.csv row 426 column date", "row 4", "2024-08-09"),
    ),
    Mistake(
        "a day in two months",
        calendar(list, "A,1,2024-08-07,2024-08-30", "A,2,2024-08-30,2024-09-27"),
        USAGE,
        ("months.csv row 3 column start", "row 2", "1 day from 2024-08-30"),
    ),
    *(
        Mistake(
            f"a key that does not exist, to {program} {' '.join(arguments)}",
            misspelt(program, *arguments),
            CONFIGURATION,
            (file, "colour", "not known", "allowed here"),
        )
        for program, arguments, file in (
            ("rollbook-station", ("check",), "station.toml"),
            ("rollbook-station", ("run",), "station.toml"),
            ("rollbook-sync", ("check",), "sync.toml"),
            ("rollbook-sync", ("run",), "sync.toml"),
            ("rollbook-central", ("check",), "central.toml"),
            ("rollbook-central", ("serve", "--single"), "central.toml"),
        )
    ),
    Mistake(
        "a station that is checked without a reader",
        at_the_station("check"),
        UNAVAILABLE,
        ("station.toml", "no reader", "nfc", "fob-reader", "cable"),
        prints=True,
    ),
    Mistake(
        "a station that needs a reader and has none",
        at_the_station("run", "--require-reader", "1"),
        UNAVAILABLE,
        ("no reader", "nfc", "fob-reader", "cable"),
    ),
    Mistake(
        "a wrong one-time code",
        wrong_code,
        USAGE,
        ("employee 9000", "nothing was written", "next code"),
        audited=("signature-refused",),
    ),
]
