"""Judge one tap's evidence, whatever its form."""

from central.domain.proof import Proof, Reason
from central.proof import phone, sun
from central.proof.judgement import Judged, Known, Shown
from station import credential


def judge(shown: Shown, known: Known) -> Judged:
    """Return what a tap's evidence proves by itself; whether it was shown before is not asked here.

    The result depends on the arguments alone, so that anybody can repeat it from the journal.
    """
    if not shown.evidence:
        return Judged(Proof.ABSENT)
    form, _, text = shown.evidence.partition(".")
    if form == "sun":
        return _sun(text, shown, known)
    if form == "sc1n":
        return phone.judge_nfc(text, shown, known)
    if form == "sc1q":
        return phone.judge_qr(text, shown, known)
    return Judged(Proof.UNPROVEN, Reason.UNREADABLE)


def _sun(query: str, shown: Shown, known: Known) -> Judged:
    try:
        message = sun.parse(query)
        if known.sun is None:
            return Judged(Proof.UNPROVEN, Reason.NO_KEY)
        read = sun.open_picc(message.picc, known.sun.meta)
    except sun.SunError as error:
        reason = Reason.UNSUPPORTED if error.is_unsupported else Reason.UNREADABLE
        return Judged(Proof.UNPROVEN, reason)
    uid = credential.canonical_uid(read.uid) if read else None
    if read is None or uid is None or not sun.is_made_by(message, read, known.sun.file_key(read.uid)):
        return Judged(Proof.REFUTED, Reason.FORGED)
    token = credential.token(known.school_key, "uid", uid)
    once = f"sun:{token.hex()}:{read.counter}"
    if shown.token is not None and shown.token != token:
        return Judged(Proof.REFUTED, Reason.OTHER_CREDENTIAL, token, once)
    return Judged(Proof.PROVEN, None, token, once)
