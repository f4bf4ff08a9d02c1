"""The file by which cards are prepared: central's public keys and tokens that work once."""

import json
from collections.abc import Iterable
from typing import TypedDict

from central.config import CentralConfig
from central.store.models import School
from central.work import keys
from central.work.enrolment import Made


class SchoolAndKeys(TypedDict):
    """What every card of a school must know of central; none of it is secret."""

    school: str
    server_ack: str
    server_config: str
    key_id: str


def school_and_keys(config: CentralConfig) -> SchoolAndKeys:
    """Return what cards must know of this central."""
    return {
        "school": School.objects.get().code,
        "server_ack": keys.public(config.keys, keys.ACK),
        "server_config": keys.public(config.keys, keys.CONFIG),
        "key_id": keys.SCHOOL_KEY_ID,
    }


def text(config: CentralConfig, server: str, made: Iterable[Made], release_root: str | None) -> str:
    """Return the file; it is secret for as long as one of its tokens is open.

    `server` is where stations find central; `release_root` the signed text by which a station proves its
    first release, where the card is to carry one.
    """
    tokens = {each.station: {"token": each.token, "expires_at": each.expires_at.isoformat()} for each in made}
    whole = {
        "v": 1,
        **school_and_keys(config),
        "server": server,
        "release_root": release_root,
        "tokens": tokens,
    }
    return json.dumps(whole, indent=2)
