"""A phone proves itself by its certificate, its signature, its station and its time, each of them needed."""

from dataclasses import replace

import pytest

from central.domain.proof import Proof, Reason
from central.proof import Judged, Known, Shown, certificate, judge
from station import credential
from station.simulator import phone as phones
from sync_agent.signing import SigningKey
from tests.fakes.proofs import ISSUER, ISSUER_SEED, PHONE_ID, answered, certified, draw, screen

SCHOOL_KEY = bytes(range(32))
TOKEN = credential.token(SCHOOL_KEY, "sc1", PHONE_ID.hex())
NOW_S = 1_789_000_005
DAY_S = 86_400
ROOM = "st-r101"
PHONE = certified(NOW_S)
EVIDENCE = answered(PHONE, ROOM, NOW_S)
Verdict = tuple[Proof, Reason | None]
PROVEN: Verdict = (Proof.PROVEN, None)


def shown(evidence: str = EVIDENCE, at_s: float = NOW_S, width_s: float = 0.2) -> Shown:
    """Return a tap at a time known as well as that, on a clock that is trusted."""
    earliest_ms = round(at_s * 1000)
    return Shown(
        evidence, ROOM, TOKEN, earliest_ms, earliest_ms + round(width_s * 1000), is_clock_trusted=True
    )


def judged(tap: Shown, issuer: SigningKey | None = ISSUER) -> Judged:
    devices = {TOKEN: PHONE.public_key}
    return judge(tap, Known(SCHOOL_KEY, issuer.verify_key if issuer else None, None, devices.get))


def said(tap: Shown, issuer: SigningKey | None = ISSUER) -> Verdict:
    found = judged(tap, issuer)
    return found.proof, found.reason


def test_a_phone_that_answers_at_the_station_is_proven() -> None:
    found = judged(shown())
    assert (found.proof, found.reason, found.token) == (Proof.PROVEN, None, TOKEN)
    assert found.once == f"sc1n:{TOKEN.hex()}:{bytes(range(16)).hex()}"


def test_an_issuer_nobody_here_knows_proves_nothing_and_refutes_nothing() -> None:
    stray = phones.stray_phone(PHONE_ID, NOW_S)
    assert said(shown(answered(stray, ROOM, NOW_S))) == (Proof.UNPROVEN, Reason.NO_KEY)
    assert said(shown(), issuer=None) == (Proof.UNPROVEN, Reason.NO_KEY)


def test_a_certificate_that_only_names_the_schools_key_is_refuted() -> None:
    phone = certified(NOW_S, seed=2, issuer=bytes(32))
    given = phone.certificate
    assert given is not None
    phone.certificate = given[:50] + certificate.issuer_id(ISSUER.verify_key) + given[54:]
    assert said(shown(answered(phone, ROOM, NOW_S))) == (Proof.REFUTED, Reason.BAD_CERTIFICATE)


def test_a_phone_with_somebody_elses_certificate_is_refuted() -> None:
    thief = phones.new_phone(draw(3))
    thief.certificate = PHONE.certificate
    assert said(shown(answered(thief, ROOM, NOW_S))) == (Proof.REFUTED, Reason.FORGED)


def test_a_good_proof_under_another_token_is_refuted() -> None:
    tap = replace(shown(), token=credential.token(SCHOOL_KEY, "sc1", "ff" * 8))
    assert said(tap) == (Proof.REFUTED, Reason.OTHER_CREDENTIAL)


def test_an_answer_for_another_station_is_refuted() -> None:
    assert said(shown(answered(PHONE, "st-r102", NOW_S))) == (Proof.REFUTED, Reason.OTHER_STATION)


@pytest.mark.parametrize(
    ("at_s", "width_s", "verdict"),
    [
        (NOW_S - DAY_S, 0.2, PROVEN),
        (NOW_S - DAY_S - 1, 0.9, (Proof.REFUTED, Reason.NOT_YET_VALID)),
        (NOW_S - DAY_S - 1, 5, (Proof.UNPROVEN, Reason.UNTIMED)),
        (NOW_S + 28 * DAY_S + 0.5, 0.2, PROVEN),
        (NOW_S + 28 * DAY_S + 0.5, 5, (Proof.UNPROVEN, Reason.UNTIMED)),
        (NOW_S + 28 * DAY_S + 1, 0.2, (Proof.REFUTED, Reason.EXPIRED)),
    ],
)
def test_a_certificate_holds_from_its_first_second_to_its_last(
    at_s: float, width_s: float, verdict: Verdict
) -> None:
    tap = replace(shown(at_s=at_s, width_s=width_s), is_clock_trusted=False)
    assert said(tap) == verdict


@pytest.mark.parametrize(
    ("earliest_ms", "latest_ms", "verdict"),
    [
        (None, None, (Proof.UNPROVEN, Reason.UNTIMED)),
        (NOW_S * 1000, None, (Proof.UNPROVEN, Reason.UNTIMED)),
        (None, (NOW_S - 2 * DAY_S) * 1000, (Proof.REFUTED, Reason.NOT_YET_VALID)),
        ((NOW_S + 30 * DAY_S) * 1000, None, (Proof.REFUTED, Reason.EXPIRED)),
    ],
)
def test_half_a_proof_of_time_is_taken_for_what_it_is(
    earliest_ms: int | None, latest_ms: int | None, verdict: Verdict
) -> None:
    tap = replace(shown(), earliest_ms=earliest_ms, latest_ms=latest_ms, is_clock_trusted=False)
    assert said(tap) == verdict


@pytest.mark.parametrize(("late_s", "verdict"), [(59, PROVEN), (61, (Proof.REFUTED, Reason.OTHER_TIME))])
@pytest.mark.parametrize("way", [1, -1])
def test_an_answer_asked_for_at_another_time_is_refuted_on_a_trusted_clock_alone(
    late_s: int, verdict: Verdict, way: int
) -> None:
    tap = shown(answered(PHONE, ROOM, NOW_S + way * late_s))
    assert said(tap) == verdict
    assert said(replace(tap, is_clock_trusted=False)) == PROVEN


def test_no_byte_of_an_answer_can_be_changed() -> None:
    form, _, text = EVIDENCE.partition(".")
    for at in range(0, len(text), 3):
        changed = text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]
        assert judged(shown(f"{form}.{changed}")).proof is not Proof.PROVEN, at


@pytest.mark.parametrize(
    "evidence",
    ["sc1n.", "sc1n.AAAA", EVIDENCE + "A", EVIDENCE + "=", EVIDENCE[:-1], "sc1n.é", "sc1q.AAAA", "sc1q.\n"],
)
def test_what_is_no_answer_counts_like_a_bare_number(evidence: str) -> None:
    assert said(shown(evidence)) == (Proof.UNPROVEN, Reason.UNREADABLE)


STEP_S = NOW_S // 30 * 30


@pytest.mark.parametrize(
    ("at_s", "verdict"),
    [
        (STEP_S, PROVEN),
        (STEP_S - 30, PROVEN),
        (STEP_S + 59.9, PROVEN),
        (STEP_S - 30.5, (Proof.REFUTED, Reason.OTHER_TIME)),
        (STEP_S + 60, (Proof.REFUTED, Reason.OTHER_TIME)),
    ],
)
def test_a_code_on_the_screen_holds_for_its_step_and_one_to_each_side(at_s: float, verdict: Verdict) -> None:
    assert said(shown(screen(PHONE, STEP_S), at_s)) == verdict


def test_a_code_names_what_it_may_be_shown_for_once() -> None:
    assert judged(shown(screen(PHONE, NOW_S))).once == f"sc1q:{TOKEN.hex()}:{NOW_S // 30}"


def test_a_code_at_a_time_hardly_known_is_untimed() -> None:
    untimed = (Proof.UNPROVEN, Reason.UNTIMED)
    assert said(shown(screen(PHONE, NOW_S), NOW_S - 1800, 3600)) == untimed
    tap = shown(screen(PHONE, NOW_S))
    assert said(replace(tap, earliest_ms=None, latest_ms=None)) == untimed
    over = replace(tap, earliest_ms=(NOW_S + 120) * 1000, latest_ms=None)
    assert said(over) == (Proof.REFUTED, Reason.OTHER_TIME)


def test_a_code_by_another_key_than_the_credentials_is_refuted() -> None:
    thief = certified(NOW_S, seed=3)
    assert said(shown(screen(thief, NOW_S))) == (Proof.REFUTED, Reason.FORGED)


def test_a_code_of_a_phone_nobody_issued_here_proves_nothing() -> None:
    stray = phones.stray_phone(bytes(7) + b"\x01", NOW_S)
    assert said(shown(screen(stray, NOW_S))) == (Proof.UNPROVEN, Reason.NO_KEY)


def test_a_certificate_is_what_the_reference_model_of_a_phone_expects() -> None:
    made = certificate.issue(PHONE_ID, PHONE.public_key, NOW_S, 30 * DAY_S, ISSUER)
    assert certificate.parse(made.encoded()) == made
    assert made.is_signed_by(ISSUER.verify_key)
    assert phones.fits(made.encoded(), PHONE.public_key)
    # The same fields certified by the model, which was written from the format alone.
    same = phones.certificate(PHONE_ID, PHONE.public_key, NOW_S + DAY_S, ISSUER_SEED)
    assert certificate.issue(PHONE_ID, PHONE.public_key, NOW_S, 29 * DAY_S, ISSUER).encoded() == same


@pytest.mark.parametrize(
    ("key", "life_s", "match"),
    [
        (PHONE.public_key, 30 * DAY_S + 1, "at most 30 days"),
        (PHONE.public_key, 0, "at most 30 days"),
        (b"\x02" + b"\xff" * 32, DAY_S, "no point of the curve"),
        (PHONE.public_key[:-1], DAY_S, "33 bytes"),
        (b"\x04" + bytes(64), DAY_S, "33 bytes"),
    ],
)
def test_a_certificate_is_refused_for_a_bad_key_or_too_long_a_life(
    key: bytes, life_s: int, match: str
) -> None:
    with pytest.raises(certificate.CertificateError, match=match):
        certificate.issue(PHONE_ID, key, NOW_S, life_s, ISSUER)


def test_keys_and_proofs_do_not_show_themselves() -> None:
    known = Known(SCHOOL_KEY, ISSUER.verify_key, None, lambda _token: None)
    assert repr(SCHOOL_KEY) not in repr(known)
