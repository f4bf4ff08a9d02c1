"""The committed words of the law are those the law tables bring about, all of them and no other."""

from tests.law_tables.heard import everything, known_words


def test_the_words_kept_are_the_words_said() -> None:
    said = set(everything())
    known = known_words()
    how = "python -m tests.law_tables.heard > tests/law_tables/findings.txt"
    assert (sorted(known - said), sorted(said - known)) == ([], []), f"if this is meant, run {how}"
