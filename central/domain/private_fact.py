"""Facts that are no diagnosis: in which words alone their proof is told, and which values they have."""

from typing import Final

from central.domain.student import FactKind

NEEDS: Final = frozenset({FactKind.ENGLISH_LEARNER, FactKind.FREE_OR_REDUCED_MEALS, FactKind.FOSTER})
"""Facts about need: yes or no, and no word about the family."""
PRIVATE: Final = NEEDS | {
    FactKind.IMMUNIZATION,
    FactKind.IMMUNIZATION_EXEMPTION,
    FactKind.SPECIAL_EDUCATION,
    FactKind.ABSENCE_EXEMPTION,
}
"""Facts near somebody's health or need: of these only fixed words are kept, and nobody writes more."""
KEPT_AT: Final = (
    "document seen; kept in the health office",
    "document seen; kept in the special education office",
    "document seen; kept in the student's file",
    "confirmed by the state's registry",
)
"""Where the proof of a private fact is kept."""
WITHDRAWN_AS: Final = (
    "it was entered for another student",
    "it was entered twice",
    "the document was not valid",
    "the school was asked to take it back",
)
"""Why a private fact is withdrawn."""
_VALUES: Final = {kind: ("", "yes", "no") if kind in NEEDS else ("",) for kind in PRIVATE}


def words_for(kind: FactKind, *, withdraws: bool = False) -> tuple[str, ...]:
    """Return the words the evidence of a kind is chosen from; none where a person writes it."""
    if kind not in PRIVATE:
        return ()
    return WITHDRAWN_AS if withdraws else KEPT_AT


def values_of(kind: FactKind) -> tuple[str, ...]:
    """Return the values a fact of a kind may have; none where a person writes it."""
    return _VALUES.get(kind, ())
