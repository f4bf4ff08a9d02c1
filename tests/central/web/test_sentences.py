"""What the program says on a page is said in the reader's language; what is not yet stands in a list."""

import re
from typing import Final

import pytest
from django.utils import translation

from central.web import said as saying
from central.web.said import Sentences, read, said
from tests import sentences
from tests.central.web.test_texts import known

ES: Final = read("es")
EVERY: Final = {form: into for module in ES.values() for form, into in module.items()}
TEXTS: Final = known()
WORDS: Final = "words"

# Files, reports and the register are kept in English: it is the language of the law and of the auditor.
IN_ENGLISH_FOR_GOOD: Final = ("exchange/", "register/", "reports/", "timeline/", "proof/", "store/")
# Too bare to be known again: other sentences, or somebody's own words, would be taken for these forms.
# The whole sentences they are said in stand under [words].
BARE: Final = frozenset(
    {
        "from {} to {}",
        "track {} {} {}",
        "{} days of {}",
        "{} does not exist",
        "{} from {} to {}",
        "{} has no track {}",
        "{} has not come yet",
        "{} is not in {}",
        "{} is {} already",
        "{} is {} or {}, not {}",
        "{} to {}: {}",
        "{} {} sheet {}",
        "{}: give {}, or {}",
    }
)


def lacking(module: str) -> set[str]:
    """Return what a module says and nobody has put into Spanish."""
    return sentences.said_by(module) - EVERY.keys() - TEXTS - BARE


def test_every_sentence_a_page_may_show_is_said_in_spanish() -> None:
    ours = [name for name in sentences.modules() if not name.startswith(IN_ENGLISH_FOR_GOOD)]
    found = {name: sorted(texts) for name in ours if (texts := lacking(name))}
    assert found == {}, "say them in central/web/sentences/es.toml"


def test_no_sentence_is_kept_that_its_module_does_not_say() -> None:
    stale = {module: ES[module].keys() - sentences.strings_of(module) for module in ES.keys() - {WORDS}}
    assert {module: texts for module, texts in stale.items() if texts} == {}


def test_a_sentence_with_values_keeps_every_value_in_spanish() -> None:
    spanish = Sentences(ES)
    for form, into in EVERY.items():
        values = [f"<{number}>" for number in range(form.count("{}"))]
        told = spanish.of(form.format(*values))
        assert told is not None, form
        assert sorted(re.findall(r"<\d+>", told)) == values, form
        assert told.startswith(into.partition("{")[0]), form


@pytest.mark.parametrize(
    ("english", "spanish"),
    [
        (
            "employee E007 is an auditor and may not change own tokens; ask the attendance clerk or IT",
            (
                "el empleado E007 es auditor y no tiene el derecho «cambiar» en «fichas propias»; "
                "consulte con el encargado de asistencia o informática"
            ),
        ),
        (
            "2 students have no record in section ALG1-01 on 2024-09-09; mark them present or absent first",
            (
                "2 estudiantes no tienen registro en la sección ALG1-01 el 09/09/2024; "
                "márquelos primero presentes o ausentes"
            ),
        ),
        ("somebody's own words", "somebody's own words"),
        ("the student is not in class today", "the student is not in class today"),
        (
            "calendar.csv row 3 column date: 2024-09-09 is not in 2023-24",
            "calendar.csv fila 3 columna date: 09/09/2024 no está en 2023-24",
        ),
        (
            (
                "1 line on paper waits for a decision in section ALG1-01 on 2024-09-09: what it says differs "
                "from other evidence, or nothing was out; decide each with a reason, then sign"
            ),
            (
                "1 línea en papel espera una decisión en la sección ALG1-01 el 09/09/2024: lo que dice "
                "difiere de otra prueba, o no fallaba nada; decida cada una con un motivo y luego firme"
            ),
        ),
        (
            (
                "Do days a student recovered at another agency count against the ten of the year? "
                "Until it is settled: they count, where they are known."
            ),
            (
                "¿Cuentan entre los diez del año los días que un estudiante recuperó en otra agencia? "
                "Hasta que se resuelva: cuentan, si se conocen."
            ),
        ),
        (
            "the recovery record is not added; nothing was written:\n  ends before it begins",
            "el registro de recuperación no se agregó; no se escribió nada:\n  termina antes de empezar",
        ),
    ],
)
def test_a_refusal_reads_in_the_readers_language(english: str, spanish: str) -> None:
    with translation.override("es"):
        assert said(english) == spanish
    with translation.override("en"):
        assert said(english) == english.replace("2024-09-09", "09/09/2024")


def test_dates_and_times_are_those_of_the_screens_and_of_the_school() -> None:
    assert said("from 2024-09-09 to 2024-12-31, 08:30 to 15:05") == (
        "from 09/09/2024 to 12/31/2024, 8:30 AM to 3:05 PM"
    )
    # An instant is written in UTC by whoever refuses; the school is seven hours behind.
    assert said("certified by employee E001 at 2024-09-09 17:05Z") == (
        "certified by employee E001 at 09/09/2024 10:05 AM"
    )
    assert saying.SENTENCES.joinpath("es.toml").is_file()
