"""Requests that fit an OpenAPI description and requests that do not; every answer is held against it."""

import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import ignored_auth

OFTEN = pytest.mark.parametrize("examples", [10, pytest.param(1000, marks=pytest.mark.soak)])
"""How many requests an operation is sent: a few in every run, many in the long one."""
# Whether anybody is let in who should not be, the matrix of roles asks of every operation.
_ASKED_ELSEWHERE = [ignored_auth]
Sending = Mapping[str, Any]  # Any: what schemathesis hands on to the library that sends
"""What goes with a request: `headers`, `cookies`, `data`."""

Case = schemathesis.Case[Any]  # Any: what its library does not say
Settle = Callable[[Case, bool], Sending]


@schemathesis.serializer("application/x-ndjson")
def _lines(_context: object, value: object) -> bytes:
    """Send what a station sends as it is, and what it never would as one line of JSON."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def tries(examples: int) -> settings:
    """Return so many examples, the same in every run."""
    return settings(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def send_what_fits(
    operation: Any,  # noqa: ANN401  schemathesis has no types for it
    sending: Sending,
    settle: Settle,
    examples: int,
) -> set[int]:
    """Send requests that fit an operation's description and return the answers.

    `settle` puts into a request what no description can say, or returns what is to be sent instead; half
    of the requests are to be about what is there.
    """
    statuses: set[int] = set()

    def send_some(*, is_real: bool) -> None:
        @tries(examples // 2)
        @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
        def sent(case: Case) -> None:
            proof = {**sending, **settle(case, is_real)}
            statuses.add(case.call_and_validate(excluded_checks=_ASKED_ELSEWHERE, **proof).status_code)

        sent()

    send_some(is_real=True)
    send_some(is_real=False)
    return statuses


def send_what_does_not_fit(
    operation: Any,  # noqa: ANN401  as above
    sending: Sending,
    examples: int,
) -> None:
    """Send requests that contradict an operation's description, where there is anything to contradict."""

    @tries(examples)
    @given(case=operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def sent(case: Case) -> None:
        # Where what is wrong is who asks, what proves it must not put that right.
        proof = sending if _is_wrong_elsewhere(case) else {}
        case.call_and_validate(excluded_checks=_ASKED_ELSEWHERE, **proof)

    # Nothing can be said wrongly where nothing is said, or where any text is right.
    with contextlib.suppress(Unsatisfiable):
        sent()


def _is_wrong_elsewhere(case: Case) -> bool:
    """Tell whether something beside the cookies and headers of a request contradicts the description."""
    if case.meta is None:
        return True
    wrong = {part for part, how in case.meta.components.items() if how.mode is GenerationMode.NEGATIVE}
    return bool(wrong - {ParameterLocation.COOKIE, ParameterLocation.HEADER})
