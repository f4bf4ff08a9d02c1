"""One key on two boards: what the wrong one signs never counts, and both are named."""

from dataclasses import replace
from pathlib import Path

import pytest

from central.config import PostgresConfig
from sync_agent import wire
from tests.fakes.data_folder import rows
from tests.fakes.intake import IntakeBench, problem
from tests.fakes.virtual_station import VirtualStation

pytestmark = [pytest.mark.invariant(20), pytest.mark.fault("C5")]


@pytest.mark.parametrize("is_known", [True, False], ids=["another station's name", "a name nobody has"])
def test_a_board_that_signs_with_another_stations_key_is_set_aside_and_both_are_named(
    tmp_path: Path, store: PostgresConfig | None, caplog: pytest.LogCaptureFixture, *, is_known: bool
) -> None:
    stations = [VirtualStation("st-r101"), VirtualStation("st-r999")]
    with IntakeBench(tmp_path, stations if is_known else stations[:1], postgres=store) as bench:
        bench.register(*stations[: 1 + is_known])
        bench.sync(stations[0])
        copied = VirtualStation("st-r999", seed=5)
        copied.key = stations[0].key
        message = copied.batch()
        refused = problem(bench.post(message))[0]
        assert refused == ("bad-signature" if is_known else "unknown-station")
        aside = rows(bench.config, "SELECT station, epoch, reason, bytes FROM quarantine")
        assert aside == [("st-r101", copied.epoch, "clone", message.body)]
        assert f"key.elsewhere station=st-r101 epoch={copied.epoch} named=st-r999" in caplog.text
        # Its owner goes on, until a person has looked.
        assert bench.sync(stations[0]).seq == 2


def test_who_only_names_another_stations_key_has_not_got_it(
    tmp_path: Path, store: PostgresConfig | None
) -> None:
    with IntakeBench(tmp_path, postgres=store) as bench:
        stranger, owner = VirtualStation("st-r999"), bench.station.key
        message = stranger.batch()
        assert message.envelope is not None
        body = wire.pack(
            message.envelope,
            stranger.bodies[:1],
            lambda signed: replace(stranger.key.sign(signed), kid=owner.kid),
        )
        headers = {**message.headers, "Content-Digest": wire.content_digest(body)}
        assert problem(bench.post(replace(message, body=body, headers=headers)))[0] == "unknown-station"
        assert bench.count("quarantine") == 0
