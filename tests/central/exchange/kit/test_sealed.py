"""A sealed kit: only its passphrase opens it, and nothing altered is ever opened."""

import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.exchange.kit.sealed import KEY_BYTES, Cost, SealError, lock, seal, unlock, unseal

CHEAP = Cost(n=2)
WORDS = "four words nobody guesses"
INNER = "Núñez, María 001001".encode()
SEALED = seal(INNER, WORDS, os.urandom, CHEAP)


def test_what_was_sealed_opens_with_its_passphrase_however_it_is_composed() -> None:
    sealed = seal(INNER, "contrasen\u0303a segura aquí", os.urandom)
    assert unseal(sealed, " contraseña segura aquí\n") == INNER
    assert json.loads(sealed.partition(b"\n")[0])["n"] == 2**16
    assert INNER not in sealed


@pytest.mark.parametrize("wrong", ["", "four words nobody guesse", "Four words nobody guesses", "x" * 5000])
def test_a_wrong_passphrase_opens_nothing(wrong: str) -> None:
    with pytest.raises(SealError, match="passphrase does not open"):
        unseal(SEALED, wrong)


@given(st.integers(0, len(SEALED) - 1), st.integers(0, 255))
@settings(max_examples=400)
def test_any_altered_byte_is_refused(place: int, byte: int) -> None:
    altered = SEALED[:place] + bytes([byte]) + SEALED[place + 1 :]
    if altered == SEALED:
        assert unseal(altered, WORDS) == INNER
        return
    with pytest.raises(SealError):
        unseal(altered, WORDS)


@given(st.binary(max_size=600))
def test_any_other_file_is_refused(data: bytes) -> None:
    with pytest.raises(SealError):
        unseal(data, WORDS)


@given(st.integers(0, len(SEALED) - 1))
def test_a_file_cut_short_is_refused(length: int) -> None:
    with pytest.raises(SealError):
        unseal(SEALED[:length], WORDS)


@pytest.mark.parametrize(
    "asked",
    [{"n": 2**40}, {"n": 3}, {"n": 0}, {"n": -2}, {"n": "2"}, {"r": 2**20}, {"p": 2**20}, {"kdf": "md5"}],
)
def test_a_strange_file_cannot_ask_for_all_memory_there_is(asked: dict[str, object]) -> None:
    line, _, rest = SEALED.partition(b"\n")
    strange = json.dumps(json.loads(line) | asked).encode() + b"\n" + rest
    with pytest.raises(SealError, match="no kit of Rollbook"):
        unseal(strange, WORDS)


def test_a_short_passphrase_seals_nothing() -> None:
    with pytest.raises(SealError, match="at least 12 characters"):
        seal(INNER, " short words ", os.urandom, CHEAP)


def test_two_kits_with_one_passphrase_have_nothing_in_common() -> None:
    one, other = (seal(INNER, WORDS, os.urandom, CHEAP).partition(b"\n")[2] for _ in range(2))
    assert one != other


def test_what_is_locked_opens_in_its_place_alone() -> None:
    key = os.urandom(KEY_BYTES)
    locked = lock(key, INNER, b"line 1", os.urandom)
    assert unlock(key, locked, b"line 1") == INNER
    for other, about in ((key, b"line 2"), (os.urandom(KEY_BYTES), b"line 1")):
        with pytest.raises(SealError):
            unlock(other, locked, about)
    for data in (b"", locked[:-1], locked + b"x"):
        with pytest.raises(SealError):
            unlock(key, data, b"line 1")
