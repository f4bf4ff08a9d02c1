"""Published: the messages between a station's agent and central, as values and as bytes."""

from sync_agent.errors import TooLargeError, WireError
from sync_agent.wire.answer import Ack, Answer, Beacon, EpochNote, Pace
from sync_agent.wire.batch import (
    MAX_BODY_BYTES,
    MAX_ENTRIES,
    MAX_MESSAGE_BYTES,
    Batch,
    epoch_request,
    pack,
    parse_epoch_request,
    unpack,
)
from sync_agent.wire.envelope import SYNC_PATH, VERSION, Envelope, Have, Position
from sync_agent.wire.fields import Fields, decode_object, instant_text, nonce_text
from sync_agent.wire.framing import content_digest
from sync_agent.wire.problem import MEDIA_TYPE as PROBLEM_MEDIA_TYPE
from sync_agent.wire.problem import Problem, problem_type
from sync_agent.wire.registration import EPOCHS_PATH, ROSTER_PATH, TIME_PATH, Registration

__all__ = [
    "EPOCHS_PATH",
    "MAX_BODY_BYTES",
    "MAX_ENTRIES",
    "MAX_MESSAGE_BYTES",
    "PROBLEM_MEDIA_TYPE",
    "ROSTER_PATH",
    "SYNC_PATH",
    "TIME_PATH",
    "VERSION",
    "Ack",
    "Answer",
    "Batch",
    "Beacon",
    "Envelope",
    "EpochNote",
    "Fields",
    "Have",
    "Pace",
    "Position",
    "Problem",
    "Registration",
    "TooLargeError",
    "WireError",
    "content_digest",
    "decode_object",
    "epoch_request",
    "instant_text",
    "nonce_text",
    "pack",
    "parse_epoch_request",
    "problem_type",
    "unpack",
]
