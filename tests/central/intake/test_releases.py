"""Stations in use fetch the signed files of a release by pieces, and nothing that is not among them."""

from pathlib import Path

import pytest

from tests.fakes.intake import IntakeBench, problem
from tests.fakes.releases import Office

# Among the wheels of a station none has a longer name: one file for several makers of systems.
LONGEST = (
    "charset_normalizer-3.5.2-cp311-cp311-"
    "manylinux_2_17_aarch64.manylinux2014_aarch64.manylinux_2_28_aarch64.whl"
)
BASE = "/v1/stations/st-r101/release"


@pytest.fixture
def office(bench: IntakeBench, tmp_path: Path) -> Office:
    office = Office(tmp_path / "desk")
    office.folder = bench.config.data / "releases"
    office.add("1.0.0", {"rollbook-1.0.0-py3-none-any.whl": bytes(range(256)), LONGEST: b"wheel"})
    return office


def test_a_file_is_given_whole_or_by_pieces(bench: IntakeBench, office: Office) -> None:
    wheel = office.target("rollbook-1.0.0-py3-none-any.whl")
    whole = bench.caller.call("GET", f"{BASE}/targets/{wheel.name}")
    assert (whole.status, whole.body) == (200, bytes(range(256)))
    piece = bench.caller.call("GET", f"{BASE}/targets/{wheel.name}", {"Range": "bytes=250-999"})
    assert (piece.status, piece.body) == (206, bytes(range(250, 256)))
    assert piece.headers["content-range"] == "bytes 250-255/256"
    beyond = bench.caller.call("GET", f"{BASE}/targets/{wheel.name}", {"Range": "bytes=256-999"})
    assert beyond.status == 416
    long = bench.caller.call("GET", f"{BASE}/targets/{office.target(LONGEST).name}")
    assert (long.status, long.body) == (200, b"wheel")
    note = bench.caller.call("GET", f"{BASE}/metadata/timestamp.json")
    assert (note.body, note.headers["cache-control"]) == (
        office.note("timestamp.json").read_bytes(),
        "no-cache",
    )


@pytest.mark.parametrize(
    "path",
    [
        "metadata/..%2F..%2Fkeyring.json",
        "metadata/.x",
        "targets/nothing",
        "..%2Fkeys/ack.key",
        "keys/ack.key",
    ],
)
def test_no_address_leads_to_anything_else(bench: IntakeBench, office: Office, path: str) -> None:
    (office.folder / "metadata/.x").write_bytes(b"half written")
    (office.folder / "keys").mkdir()
    (office.folder / "keys/ack.key").write_bytes(b"secret")
    assert bench.caller.call("GET", f"{BASE}/{path}").status == 404


def test_only_a_station_in_use_is_given_anything(bench: IntakeBench, office: Office) -> None:
    assert office.folder.is_dir()
    stranger = bench.caller.call("GET", "/v1/stations/st-r999/release/metadata/timestamp.json")
    assert problem(stranger)[0] == "unknown-station"
    bench.commission(bench.station, revoked=(bench.station.name,))
    assert problem(bench.caller.call("GET", f"{BASE}/metadata/timestamp.json"))[0] == "revoked"
