"""Published: the messages between a station's agent and central, as values and as bytes."""

from sync_agent.errors import TooLargeError, WireError
from sync_agent.wire.answer import Ack, Answer, Beacon, EpochNote, Pace
from sync_agent.wire.batch import (
    MAX_BODY_BYTES,
    MAX_ENTRIES,
    MAX_MESSAGE_BYTES,
    Batch,
    digests_request,
    epoch_request,
    pack,
    parse_digests_request,
    parse_epoch_request,
    unpack,
)
from sync_agent.wire.digests import DIGESTS_PATH, MOST_HEADS, Digests, DigestsNote
from sync_agent.wire.enrolment import (
    ENROLMENTS_PATH,
    KEYS_PATH,
    Enrolment,
    KeyNote,
    KeyState,
    Rotation,
    enrolment_request,
    key_answer,
    parse_enrolment_request,
    parse_key_answer,
)
from sync_agent.wire.envelope import LINE, SYNC_PATH, USB, VERSION, Envelope, Have, Position
from sync_agent.wire.fields import Fields, decode_object, instant_text, nonce_text
from sync_agent.wire.framing import content_digest
from sync_agent.wire.problem import MEDIA_TYPE as PROBLEM_MEDIA_TYPE
from sync_agent.wire.problem import Problem, problem_type
from sync_agent.wire.refusal import PROVEN_REFUSALS, Refusal
from sync_agent.wire.registration import (
    CERTIFICATE_PATH,
    CONFIG_PATH,
    EPOCHS_PATH,
    RELEASE_PATH,
    ROSTER_PATH,
    TIME_PATH,
    USB_PATH,
    Registration,
)

__all__ = [
    "CERTIFICATE_PATH",
    "CONFIG_PATH",
    "DIGESTS_PATH",
    "ENROLMENTS_PATH",
    "EPOCHS_PATH",
    "KEYS_PATH",
    "LINE",
    "MAX_BODY_BYTES",
    "MAX_ENTRIES",
    "MAX_MESSAGE_BYTES",
    "MOST_HEADS",
    "PROBLEM_MEDIA_TYPE",
    "PROVEN_REFUSALS",
    "RELEASE_PATH",
    "ROSTER_PATH",
    "SYNC_PATH",
    "TIME_PATH",
    "USB",
    "USB_PATH",
    "VERSION",
    "Ack",
    "Answer",
    "Batch",
    "Beacon",
    "Digests",
    "DigestsNote",
    "Enrolment",
    "Envelope",
    "EpochNote",
    "Fields",
    "Have",
    "KeyNote",
    "KeyState",
    "Pace",
    "Position",
    "Problem",
    "Refusal",
    "Registration",
    "Rotation",
    "TooLargeError",
    "WireError",
    "content_digest",
    "decode_object",
    "digests_request",
    "enrolment_request",
    "epoch_request",
    "instant_text",
    "key_answer",
    "nonce_text",
    "pack",
    "parse_digests_request",
    "parse_enrolment_request",
    "parse_epoch_request",
    "parse_key_answer",
    "problem_type",
    "unpack",
]
