"""Talk to the one card in the field that speaks ISO-DEP, from its activation until it leaves."""

from collections.abc import Callable
from dataclasses import dataclass

import nfc.clf
import nfc.tag
import nfc.tag.tt4

from station.clock import Clock
from station.reader import Credential, Reason, sc1, sun
from station.reader.nfc_frontend import Frontend

TAP_LIMIT_MS = 800
# Every card answers this at once, and who waits for one that left keeps the next student waiting.
PRESENCE_LIMIT_MS = 200
# A phone may be unlocked while it lies there.
ASK_AGAIN_MS = 1_000
ASK_AGAIN_TIMES = 10

_NO_ERROR_OF_THE_CARDS_OWN = 0
_NOT_FOUND = 0x6A82
_CARD_FAULTS = (nfc.clf.CommunicationError, nfc.tag.TagCommandError, IndexError, ValueError)


@dataclass(slots=True)
class _Visitor:
    tag: nfc.tag.tt4.Type4ATag
    uid: bytes
    sight: Credential | Reason
    asked_ms: int
    asked: int = 1


class Visit:
    """Knows who is here; `challenge(wall_ms)` makes what a phone has to answer for."""

    def __init__(self, clf: Frontend, clock: Clock, challenge: Callable[[int], bytes]) -> None:
        self._clf = clf
        self._clock = clock
        self._challenge = challenge
        self._visitor: _Visitor | None = None

    def begin(self, target: nfc.clf.RemoteTarget) -> Credential | Reason:
        """Activate a card that was just listed, and return what it is."""
        self._clf.limit(TAP_LIMIT_MS)
        uid = bytes(target.sdd_res)
        try:
            tag = nfc.tag.tt4.Type4ATag(self._clf, target)
            sight = self._converse(tag, uid)
        except _CARD_FAULTS:
            return Reason.TOO_SLOW if self._clf.has_expired else Reason.TORN
        self._visitor = _Visitor(tag, uid, sight, self._clock.reading().raw_ms)
        return sight

    def continues(self) -> Credential | Reason | None:
        """Return what the card is that is still here, None when none is."""
        visitor = self._visitor
        if visitor is None:
            return None
        is_here = self._asks_again(visitor) or self._is_present(visitor)
        self._visitor = visitor if is_here else None
        return visitor.sight if is_here else None

    def _asks_again(self, visitor: _Visitor) -> bool:
        raw_ms = self._clock.reading().raw_ms
        is_due = visitor.asked <= ASK_AGAIN_TIMES and raw_ms - visitor.asked_ms >= ASK_AGAIN_MS
        if visitor.sight is not Reason.FOREIGN or not is_due:
            return False
        visitor.asked, visitor.asked_ms = visitor.asked + 1, raw_ms
        self._clf.limit(TAP_LIMIT_MS)
        try:
            visitor.sight = self._converse(visitor.tag, visitor.uid)
        except _CARD_FAULTS:
            return False
        return True

    def _is_present(self, visitor: _Visitor) -> bool:
        self._clf.limit(PRESENCE_LIMIT_MS)
        is_nameless = isinstance(visitor.sight, Credential) and not visitor.sight.value
        # Read again, a card without a name could not be told from another: it gets a second chance.
        return visitor.tag.is_present or (is_nameless and visitor.tag.is_present)

    def _converse(self, tag: nfc.tag.tt4.Type4ATag, uid: bytes) -> Credential | Reason:
        asked = self._challenge(self._clock.reading().wall_ms)
        try:
            tag.send_apdu(*sc1.SELECT, data=sc1.AID, mrl=256)
            answer = bytes(tag.send_apdu(*sc1.PROVE, data=asked, mrl=256))
        except nfc.tag.tt4.Type4TagCommandError as error:
            if error.errno <= _NO_ERROR_OF_THE_CARDS_OWN:
                raise
            # The card answered, in its own words: it is no phone of ours.
            return _message(tag, uid) if error.errno == _NOT_FOUND else Reason.FOREIGN
        return sc1.credential(asked, answer)


def _message(tag: nfc.tag.tt4.Type4ATag, uid: bytes) -> Credential | Reason:
    try:
        tag.send_apdu(*sun.SELECT_APPLICATION, data=sun.APPLICATION, mrl=256)
        tag.send_apdu(*sun.SELECT_FILE, data=sun.FILE)
        return sun.credential(uid, bytes(tag.send_apdu(*sun.READ, mrl=sun.READ_BYTES)))
    except nfc.tag.tt4.Type4TagCommandError as error:
        if error.errno <= _NO_ERROR_OF_THE_CARDS_OWN:
            raise
        return Reason.FOREIGN
