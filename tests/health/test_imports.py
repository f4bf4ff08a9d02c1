"""House rule 7: a library that touches the world is imported in one named place; arrows run one way."""

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.health import source

# Library -> the files (or folders, ending in /) that may import it.
PLACES = {
    "nfc": (
        "station/reader/nfc_chip.py",
        "station/reader/nfc_device.py",
        "station/reader/nfc_frontend.py",
        "station/reader/nfc_link.py",
        "station/reader/nfc_visit.py",
    ),
    "serial": ("station/reader/port.py",),
    "RPi": ("station/panel/gpio.py",),
    "requests": (
        "sync_agent/courier.py",
        "central/exchange/powerschool/http_line.py",
        "central/web/provider_line.py",
        "provisioning/office.py",
    ),
    "apscheduler": ("sync_agent/schedule.py",),
    "icalendar": ("central/exchange/calendar_ics.py",),
    "ninja": ("central/web/api/",),
    "numpy": ("central/reports/state_counting.py",),
    "yaml": ("provisioning/render.py", "provisioning/documents.py", "provisioning/verify.py"),
    "uvicorn": ("central/",),
    "starlette": ("central/intake/",),
    "typst": ("central/reports/",),
    "clevercsv": ("central/exchange/sheets/delimited.py",),
    "charset_normalizer": ("central/exchange/sheets/encodings.py",),
    "python_calamine": ("central/exchange/sheets/workbook_in.py",),
    "rapidfuzz": ("central/exchange/sheets/known.py",),
    "xlsxwriter": ("central/exchange/workbook.py",),
    "reportlab": ("central/reports/", "provisioning/labels.py"),
    "segno": ("central/reports/", "provisioning/labels.py"),
    "psycopg": ("central/store/",),
    "tuf": (
        "provisioning/release_keys.py",
        "provisioning/release_folder.py",
        "provisioning/board/update/folder.py",
        "provisioning/board/update/proof.py",
    ),
    "securesystemslib": ("provisioning/release_keys.py", "provisioning/release_folder.py"),
    "packaging": (
        "provisioning/release_check.py",
        "provisioning/release_lock.py",
        "provisioning/release_wheels.py",
    ),
    "cryptography": (
        "sync_agent/signing.py",
        "central/exchange/kit/sealed.py",
        "station/simulator/card_crypto.py",
        "provisioning/release_keys.py",
        "central/proof/",
        "central/work/",
        "central/web/",
    ),
    "django": ("central/",),
    "rich": ("central/cli.py", "central/commands/"),
    "sqlite_utils": (
        "sync_agent/",
        "station/listing.py",
        "central/fleet/kept.py",
        "central/fleet/kept_tables.py",
    ),
}
REPEATING_TRIGGERS = {"interval", "cron", "combining", "calendarinterval"}


def strays(name: str, tree: ast.Module) -> list[str]:
    """Return the libraries a file imports outside the places named for them."""
    libraries = {full.split(".", 1)[0] for full in source.imports(tree)} & PLACES.keys()
    return [
        f"{name}: {library} belongs in {', '.join(PLACES[library])}"
        for library in sorted(libraries)
        if not any(
            name == place or (place.endswith("/") and name.startswith(place)) for place in PLACES[library]
        )
    ]


def repeating_triggers(tree: ast.Module) -> list[int]:
    """Return the lines that ask APScheduler for a job that repeats by the wall clock."""
    lines = []
    for node in source.nodes(tree):
        if isinstance(node, ast.Call):
            words = [*node.args[:2], *(item.value for item in node.keywords if item.arg == "trigger")]
            values = {word.value for word in words if isinstance(word, ast.Constant)}
            if getattr(node.func, "attr", "") in {"add_job", "scheduled_job"} and values & REPEATING_TRIGGERS:
                lines.append(node.lineno)
    named = [full for full in source.imports(tree) if full.startswith("apscheduler.triggers.")]
    return lines + [0 for full in named if full.split(".")[2] in REPEATING_TRIGGERS]


def test_every_library_is_imported_in_its_place_alone() -> None:
    assert [stray for name in source.product_files() for stray in strays(name, source.syntax(name))] == []


def test_a_planted_import_is_found_even_inside_a_function() -> None:
    planted = ast.parse("def fetch():\n    from requests.adapters import HTTPAdapter\n")
    assert strays("sync_agent/exchange.py", planted) == [
        f"sync_agent/exchange.py: requests belongs in {', '.join(PLACES['requests'])}"
    ]
    assert strays("sync_agent/courier.py", planted) == []


def test_no_job_repeats_by_the_wall_clock() -> None:
    # When a clock is put right by a year, such a job runs not at all or for ever: ours re-arm themselves.
    assert [name for name in source.product_files() if repeating_triggers(source.syntax(name))] == []


@pytest.mark.parametrize(
    "planted",
    [
        'scheduler.add_job(sync, "interval", seconds=30)',
        'scheduler.add_job(sync, trigger="cron", hour=3)',
        '@scheduler.scheduled_job("cron")\ndef sync(): ...',
        "from apscheduler.triggers.interval import IntervalTrigger",
    ],
)
def test_a_planted_repeating_job_is_found(planted: str) -> None:
    assert repeating_triggers(ast.parse(planted))


def test_a_job_that_runs_once_is_not_taken_for_a_repeating_one() -> None:
    assert repeating_triggers(ast.parse('scheduler.add_job(sync, "date", run_date=at)')) == []


def test_the_arrows_between_packages_run_one_way() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    if not linter.exists():
        found = shutil.which("lint-imports")
        if not found:
            pytest.skip("lint-imports is missing: pip install import-linter")
        linter = Path(found)
    done = subprocess.run(
        [str(linter), "--no-cache"], cwd=source.ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
