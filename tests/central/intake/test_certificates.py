"""A station fetches the certificate of its day, and its signature is kept only under the one in force."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from central.config import PostgresConfig
from sync_agent import wire
from sync_agent.certificate import PURPOSE
from sync_agent.signed_text import SignedText
from sync_agent.signing import SigningKey, sign_text
from tests.fakes.asgi import Answer
from tests.fakes.data_folder import ACK_KEY, rows
from tests.fakes.intake import IntakeBench, problem

NOTE = '{"v":1,"station":"st-r101","day":"2026-11-20"}'
PATH = wire.CERTIFICATE_PATH.format(station="st-r101", day="2026-11-20")


@pytest.fixture
def bench(tmp_path: Path, store: PostgresConfig | None) -> Iterator[IntakeBench]:
    with IntakeBench(tmp_path, postgres=store) as bench:
        folder = bench.config.data / "certificates" / "st-r101"
        folder.mkdir(parents=True)
        signed = sign_text(PURPOSE, NOTE, ACK_KEY)
        text = SignedText(NOTE, {name: signed[name] for name in ("kid", "alg", "sig")})
        (folder / "2026-11-20.json").write_text(text.text())
        yield bench


def sign(bench: IntakeBench, note: str = NOTE, key: SigningKey | None = None, path: str = PATH) -> Answer:
    body = json.dumps(sign_text(PURPOSE, note, key or bench.station.key)).encode()
    return bench.caller.call("POST", path, {}, body)


def test_a_certificate_is_given_once(bench: IntakeBench) -> None:
    answer = bench.caller.call("GET", PATH)
    assert (answer.status, SignedText.of(answer.body).note) == (200, NOTE)
    assert bench.caller.call("GET", PATH, {"If-None-Match": answer.headers["etag"]}).status == 304


@pytest.mark.parametrize("day", ["2026-11-21", "20261120", "..%2f..", "awaits.txt"])
def test_a_day_without_a_certificate_has_none(bench: IntakeBench, day: str) -> None:
    assert bench.caller.call("GET", wire.CERTIFICATE_PATH.format(station="st-r101", day=day)).status == 404


def test_a_station_s_signature_under_the_one_in_force_is_kept_once(bench: IntakeBench) -> None:
    assert sign(bench).status == 200
    assert sign(bench).status == 200
    ((day, signed),) = rows(bench.config, "SELECT day, signed FROM countersignature")
    assert day == "2026-11-20"
    assert json.loads(str(signed))["note"] == NOTE


def test_a_signature_under_another_text_is_not_kept(bench: IntakeBench) -> None:
    assert sign(bench, NOTE.replace("20", "21")).status == 409
    assert sign(bench, path=PATH.replace("-20", "-19")).status == 409
    assert bench.count("countersignature") == 0


@pytest.mark.invariant(30)
def test_a_signature_by_nobody_s_key_is_not_kept(bench: IntakeBench) -> None:
    assert problem(sign(bench, key=ACK_KEY))[0] == "bad-signature"
    assert problem(bench.caller.call("POST", PATH, {}, b"{}"))[0] == "bad-signature"
    assert problem(bench.caller.call("POST", PATH, {}, b"no"))[0] == "malformed"
    assert bench.count("countersignature") == 0


@pytest.mark.invariant(20)
def test_a_revoked_station_signs_nothing_any_more(bench: IntakeBench) -> None:
    bench.commission(bench.station, revoked=("st-r101",))
    assert problem(sign(bench))[0] == "revoked"
    assert problem(bench.caller.call("GET", PATH))[0] == "revoked"
    other = wire.CERTIFICATE_PATH.format(station="st-r999", day="2026-11-20")
    assert problem(bench.caller.call("GET", other))[0] == "unknown-station"


def test_a_published_file_that_is_damaged_is_signed_by_nobody(bench: IntakeBench) -> None:
    (bench.config.data / "certificates" / "st-r101" / "2026-11-20.json").write_text("{}")
    assert sign(bench).status == 409
