"""What central may have a station do: a short closed list, and a note with anything else holds in nothing."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from sync_agent.errors import WireError
from sync_agent.orders import MOST_ORDERS, VERBS, Order
from sync_agent.settable import Config
from tests.sync_agent.test_downlink import UNTIL, note

SOON = "2027-06-30T00:00:00.000Z"
BLINK = {"id": "00112233445566aa", "verb": "blink", "until": SOON}
API = Path(__file__).parents[2] / "central/intake/sync-api.yaml"


def test_the_list_of_what_can_be_ordered_is_short_and_closed() -> None:
    # Whoever makes it longer must think of what a thief of central's key could then do to a journal.
    assert sorted(VERBS) == ["blink", "report", "restart-agent", "rotate-key", "try-update"]
    described = yaml.safe_load(API.read_text(encoding="utf-8"))["components"]["schemas"]["Config"]
    assert described["properties"]["orders"]["items"]["properties"]["verb"]["enum"] == sorted(VERBS)


def test_release_and_orders_come_down_as_they_were_signed() -> None:
    orders = (Order("00112233445566aa", "blink", datetime(2027, 6, 30, tzinfo=UTC)),)
    config = Config("st-r101", 3, UNTIL, {"poll_s": 60}, "1.2.0", orders)
    assert Config.of(json.dumps(config.members())) == config


def test_a_note_of_a_central_that_gives_no_orders_is_what_it_was() -> None:
    # Members a station of the first release does not know would cost it all of the note.
    assert set(Config("st-r101", 3, UNTIL, {}).members()) == {
        "v", "station", "version", "expires_at", "values",
    }  # fmt: skip
    config = Config.of(note(3, {"poll_s": 60}))
    assert (config.values, config.release, config.orders) == ({"poll_s": 60}, None, ())


@pytest.mark.parametrize(
    "orders",
    [
        [],
        None,
        {},
        "blink",
        ["blink"],
        [BLINK, BLINK],
        [BLINK, BLINK | {"id": "00112233445566ab", "verb": "erase-journal"}],
        [BLINK | {"verb": "shell"}],
        [BLINK | {"verb": "Blink"}],
        [BLINK | {"verb": ["blink"]}],
        [BLINK | {"argument": "/var/lib/rollbook/journal.sqlite"}],
        [{"id": BLINK["id"], "verb": "blink"}],
        [BLINK | {"id": "../../../../etc/x"}],
        [BLINK | {"id": "00112233445566AA"}],
        [BLINK | {"until": "soon"}],
        [BLINK | {"until": None}],
        [BLINK | {"id": f"{each:016x}"} for each in range(MOST_ORDERS + 1)],
    ],
)
def test_one_order_that_is_not_understood_costs_the_whole_note(orders: object) -> None:
    with pytest.raises(WireError):
        Config.of(note(3, {"poll_s": 60}, orders=orders))
    assert Config.of(note(3, {"poll_s": 60}, orders=[BLINK])).orders[0].verb == "blink"


@pytest.mark.parametrize(
    "release", ["", "..", "1..2", "1/2", "/1", "../1.0", "v1", "1.0 ", "1.0\n", "1" * 41, 1, None, ["1.0"]]
)
def test_a_release_that_could_be_a_path_elsewhere_costs_the_whole_note(release: object) -> None:
    with pytest.raises(WireError):
        Config.of(note(3, {"poll_s": 60}, release=release))
    assert Config.of(note(3, release="1.2.0.dev4+ab12")).release == "1.2.0.dev4+ab12"
