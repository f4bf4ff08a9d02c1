from pathlib import Path

from tests.fakes.practice_station import PracticeStation
from tests.fakes.simulator import practising
from tests.fakes.station import ANA, BEN

BUDGET_KIB = 40 * 1024
FORBIDDEN = {
    "_ssl",
    "apscheduler",
    "asyncio",
    "cryptography",
    "django",
    "email",
    "http",
    "requests",
    "socketserver",
    "sqlite_utils",
    "ssl",
    "starlette",
    "urllib.request",
    "urllib3",
    "uvicorn",
}


def test_a_station_at_work_can_reach_no_network_and_stays_small(tmp_path: Path) -> None:
    with practising(tmp_path) as bench:
        place = PracticeStation(tmp_path, bench)
        try:
            place.start()
            for card in (ANA, BEN):
                place.lay(card)
                place.await_sign("WELCOME")
                place.lift()
            resident_kib = place.resident_kib()
            modules = set(place.stop())
        finally:
            place.close()
    assert {"station.loop", "station.salvage.scrub", "station.sidecar", "nfc.clf.pn532"} <= modules
    assert modules & FORBIDDEN == set()
    print(f"resident memory of a station at work: {resident_kib} KiB of {BUDGET_KIB}")  # noqa: T201 (the figure is worth seeing)
    assert resident_kib <= BUDGET_KIB
