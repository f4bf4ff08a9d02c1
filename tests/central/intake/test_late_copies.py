"""Requests that were refused, made anew, and whose first bytes arrive much later after all."""

from collections.abc import Callable

import pytest

from tests.fakes.data_folder import rows
from tests.fakes.intake import IntakeBench, problem
from tests.fakes.virtual_station import Message

pytestmark = [pytest.mark.invariant(7, 18, 21), pytest.mark.fault("N1", "N3")]


def _refused_for_a_gap(bench: IntakeBench) -> Message:
    bench.register()
    bench.station.tap()
    bench.station.sync_no = 1
    message = bench.station.message(bench.station.envelope(2, 1))
    assert problem(bench.post(message))[0] == "gap"
    return message


def _refused_for_its_epoch(bench: IntakeBench) -> Message:
    message = bench.station.batch()
    assert problem(bench.post(message))[0] == "epoch-unknown"
    bench.register()
    bench.station.pending = None
    return message


@pytest.mark.parametrize("refused", [_refused_for_a_gap, _refused_for_its_epoch])
def test_a_late_copy_of_a_request_that_was_made_anew_alarms_nobody(
    bench: IntakeBench, refused: Callable[[IntakeBench], Message]
) -> None:
    copy = refused(bench)
    for _ in range(3):
        bench.station.tap()
        bench.sync(bench.station)
    held = bench.held(bench.station)
    assert problem(bench.post(copy)) == ("idempotency-mismatch", {})
    assert bench.held(bench.station) == held
    assert bench.count("quarantine") == 0
    bench.sync(bench.station)


def test_a_refused_request_is_carried_out_once_what_it_lacked_is_there(bench: IntakeBench) -> None:
    message = bench.station.batch()
    assert problem(bench.post(message))[0] == "epoch-unknown"
    bench.register()
    first = bench.post(message)
    assert first.status == 200
    assert bench.post(message) == first
    assert rows(bench.config, "SELECT count(*) FROM replay") == [(1,)]


@pytest.mark.invariant(17)
def test_a_cloned_station_hides_behind_no_refused_request(bench: IntakeBench) -> None:
    message = bench.station.batch()
    copy = bench.station.copy()
    assert problem(bench.post(message))[0] == "epoch-unknown"
    bench.register()
    bench.sync(bench.station)
    assert bench.station.sync_no == copy.sync_no
    bench.station.tap()
    bench.sync(bench.station)
    # The copy was taken while the request was under way: it is answered as before, and asks anew after it.
    assert bench.post(copy.batch()).status == 200
    copy.pending = None
    assert problem(bench.post(copy.batch()))[0] == "rollback"
    assert bench.count("quarantine") == 1
