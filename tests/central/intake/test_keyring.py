"""The keyring of many stations: followed as it changes, and nothing made anew that was there."""

import json
from pathlib import Path

from central.intake.keyring import Keyring
from tests.fakes.virtual_station import VirtualStation

ANA, BEN = VirtualStation("st-ana"), VirtualStation("st-ben")


def publish(file: Path, *stations: VirtualStation, revoked: tuple[str, ...] = ()) -> None:
    entries = {one.name: one.keyring_entry(revoked=one.name in revoked) for one in stations}
    draft = file.with_suffix(".new")
    draft.write_text(json.dumps({"v": 1, "stations": entries}))
    draft.replace(file)


def key(keyring: Keyring, station: VirtualStation) -> object:
    return (keyring.station(station.name) or {})[station.key.kid]


def test_a_key_that_was_there_before_is_not_made_anew_with_every_station_that_is_commissioned(
    tmp_path: Path,
) -> None:
    file = tmp_path / "keyring.json"
    publish(file, ANA)
    keyring = Keyring(file)
    before = key(keyring, ANA)
    publish(file, ANA, BEN)
    assert keyring.station(BEN.name) is not None
    assert key(keyring, ANA) is before
    publish(file, ANA, BEN, revoked=(ANA.name,))
    assert key(keyring, ANA) is not before
    assert (keyring.station(ANA.name) or {})[ANA.key.kid].is_revoked


def test_whose_a_key_is_follows_the_file(tmp_path: Path) -> None:
    file = tmp_path / "keyring.json"
    publish(file, ANA)
    keyring = Keyring(file)
    assert keyring.owner(ANA.key.kid) == ANA.name
    assert keyring.owner(BEN.key.kid) is None
    publish(file, BEN)
    assert keyring.owner(ANA.key.kid) is None
    assert keyring.owner(BEN.key.kid) == BEN.name


def test_a_station_that_was_just_commissioned_is_known_at_once(tmp_path: Path) -> None:
    file = tmp_path / "keyring.json"
    publish(file, ANA)
    keyring = Keyring(file)
    assert keyring.knows(ANA.name)
    assert not keyring.knows(BEN.name)
    publish(file, ANA, BEN)
    assert keyring.knows(BEN.name)
