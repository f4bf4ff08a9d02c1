"""Cards and phones that prove themselves, as the simulator models them, and the evidence a station keeps."""

import base64
import hashlib
import random
from collections.abc import Callable
from pathlib import Path

from central.proof import SunKeys
from central.work import keys
from station import credential
from station.reader.base45 import decode
from station.simulator import phone as phones
from station.simulator.phone import Phone
from station.simulator.sun import LINKS, SunTag
from sync_agent.signing import SigningKey
from tests.fakes.school import SCHOOL_KEY

ISSUER_SEED = hashlib.sha256(b"the made-up school's issuer").digest()
ISSUER = SigningKey(ISSUER_SEED)
PHONE_ID = bytes.fromhex("00112233445566aa")
META_KEY, FILE_KEY = b"opens PICC data.", b"makes the codes."
TAG_UID = bytes.fromhex("04a1b2c3d4e5f6")


def lay_keys(folder: Path, *, with_tags: bool = True) -> Path:
    """Make a keys folder of the made-up school and return it."""
    folder.mkdir(mode=0o700)
    keys.write_secret(folder / "school.key", SCHOOL_KEY.hex())
    keys.write_secret(folder / "sc1-issuer.key", ISSUER_SEED.hex())
    (folder / "sc1-issuer.pub").write_text(ISSUER.verify_key.public.hex())
    if with_tags:
        keys.write_sun_keys(folder, SunKeys(META_KEY, FILE_KEY))
    return folder


def tag_token(uid: bytes = TAG_UID) -> bytes:
    """Return the token of a tag."""
    return credential.token(SCHOOL_KEY, "uid", uid.hex())


def phone_token(identity: bytes = PHONE_ID) -> bytes:
    """Return the token of a phone's credential."""
    return credential.token(SCHOOL_KEY, "sc1", identity.hex())


def draw(seed: int = 1) -> Callable[[int], bytes]:
    """Return dice that fall the same way each time."""
    return random.Random(seed).randbytes  # noqa: S311  a test repeats itself


def certified(utc_s: int, identity: bytes = PHONE_ID, seed: int = 1, issuer: bytes = ISSUER_SEED) -> Phone:
    """Return a phone whose certificate began a day before `utc_s`."""
    phone = phones.new_phone(draw(seed))
    phone.certificate = phones.certificate(identity, phone.public_key, utc_s, issuer)
    return phone


def station_hash(station: str) -> bytes:
    """Return the name of a station in a challenge, written down here a second time."""
    return hashlib.sha256(b"rollbook/station\n" + station.encode()).digest()[:8]


def answered(phone: Phone, station: str, utc_s: int, nonce: bytes = bytes(range(16))) -> str:
    """Return the evidence of a phone that was asked over NFC."""
    asked = station_hash(station) + nonce + utc_s.to_bytes(4, "big")
    return _text("sc1n", asked + phone.answer(asked).removesuffix(b"\x90\x00"))


def screen(phone: Phone, utc_s: int) -> str:
    """Return the evidence of a phone's screen held to a scanner."""
    code = phone.qr(utc_s)
    assert code is not None
    return _text("sc1q", decode(code.removeprefix("SC1Q:")))


def tag(uid: bytes = TAG_UID, counter: int = 0, link: str = "sun") -> SunTag:
    """Return a tag personalised with the keys above that was read so often before."""
    return SunTag(uid, LINKS[link], counter, META_KEY, FILE_KEY)


def read(card: SunTag) -> str:
    """Return the evidence of one more reading of a tag."""
    return "sun." + card.read_link(draw(card.counter)).partition("?")[2]


def _text(form: str, data: bytes) -> str:
    return f"{form}.{base64.urlsafe_b64encode(data).rstrip(b'=').decode()}"
