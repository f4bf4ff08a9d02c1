"""Every address in every role: the table of pages says who may, and every page keeps to it."""

import re
from collections.abc import Callable, Iterator, Mapping
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from central.store.models import Staff, Student
from central.web import api, clock, pages
from central.web.api.operation import Operation
from central.web.pages.page import StaffPage, StudentPage
from tests.fakes import school as schools
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db
Page = StaffPage | StudentPage
STAFF_ROLES = [str(role) for role in Staff.Role]
EVERY: tuple[Page, ...] = (*pages.STAFF, *pages.STUDENTS)
READERS = [*STAFF_ROLES, "student", "nobody", "stranger"]
"""Seven roles, a student, a login that is nobody's, and somebody not signed in."""

# Shown, sent on, of something that is not there, or a form that says too little.
DONE = {200, 302, 404, 409}
# What stands in an address where a page names something; a new word needs one line here.
ARGUMENTS: Mapping[str, Callable[[SmallSchool], object]] = {
    "sample": lambda _small: 1,
    "batch": lambda _small: 1,
    "appeal": lambda _small: 1,
    "notice": lambda _small: 1,
    "code": lambda small: small.algebra.code,
    "digest": lambda _small: "0" * 64,
    "emergency": lambda _small: "E1",
    "epoch": lambda _small: 1,
    "identity": lambda _small: 1,
    "handle": lambda _small: "0a1b2c3d",
    "key": lambda _small: "R-ADA-01",
    "kind": lambda _small: "p2",
    "log": lambda _small: "acts",
    "name": lambda _small: "report.csv",
    "number": lambda small: small.ana.number,
    "on": lambda _small: MONDAY.isoformat(),
    "record": lambda _small: 1,
    "sequence": lambda _small: 1,
    "session": lambda _small: "AR-1",
    "since": lambda _small: MONDAY.isoformat(),
    "station": lambda small: small.station_101.code,
    "year": lambda small: small.year.name,
}
# Addresses that are no page of a role: who may is said by who is signed in, or by no one.
OTHERWISE = {
    "fault-new": "leads a student and a member of staff to the form of their own side",
    "health-alive": "says ok to whoever watches the server",
    "health-ready": "says whether it is ready; what is not well, to programs on this machine alone",
    "metrics": "tells how the stations are to programs with a token of the fleet alone",
    "home": "leads each role to its own first page",
    "api-description": "says what the API does, and names nobody",
    "api-nowhere": "answers for addresses the API does not have",
    "set_language": "changes the language of whoever asks",
}
_SIGNING_IN = "allauth."
# Addresses of the library for signing in, all of them behind the page that is closed to everybody.
_CLOSED = "social/"


@pytest.fixture(autouse=True)
def after_class(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: at(MONDAY, "10:05"))
    cache.clear()


def address(page: Page, small: SmallSchool) -> str:
    """Return the address of a page in a school, its words filled in."""
    pattern = page.pattern().pattern
    unknown = sorted(set(pattern.converters) - ARGUMENTS.keys())
    assert not unknown, (
        f"page {page.name!r} names {unknown} in its address: add what stands there to ARGUMENTS in {__file__}"
    )
    route = page.route
    for part in pattern.converters:
        start = route.index("<")
        end = route.index(">") + 1
        assert part in route[start:end]
        route = route[:start] + str(ARGUMENTS[part](small)) + route[end:]
    return f"/{route}"


def client_of(reader: str, small: SmallSchool) -> Client:
    """Return a browser of somebody who reads."""
    client = Client()
    if reader == "stranger":
        return client
    if reader in STAFF_ROLES:
        client.force_login(schools.give_login(small.staff[reader]))
        return client
    user = User.objects.create_user(reader)
    if reader == "student":
        Student.objects.filter(pk=small.ana.pk).update(user=user)
    client.force_login(user)
    return client


def asked(client: Client, method: str, at_address: str) -> HttpResponse:
    """Ask for a page, or send it an empty form."""
    # A page that fails is told with its address by the test, not by the first traceback.
    client.raise_request_exception = False
    answer: HttpResponse = getattr(client, method)(at_address)
    return answer


def wrong(page: Page, reader: str, method: str, answer: HttpResponse, small: SmallSchool) -> str | None:
    """Say what is wrong with an answer, None where it is as the table of pages says."""
    status = answer.status_code
    if reader == "stranger":
        is_sent_to_sign_in = status == 302 and answer["Location"].startswith("/accounts/login/")
        return None if is_sent_to_sign_in else f"is answered {status} instead of being sent to sign in"
    right = _right(page, reader, method, small)
    if status not in right:
        return f"is answered {status}, and should be one of {sorted(right)}"
    if status == 403 and reader in STAFF_ROLES and isinstance(page, StaffPage):
        text = unescape(answer.content.decode())
        names_who = small.staff[reader].get_role_display() in text and "Ask: " in text
        return None if names_who else "is refused without being told who may"
    return None


def _right(page: Page, reader: str, method: str, small: SmallSchool) -> set[int]:
    """Return the answers somebody signed in may get."""
    if isinstance(page, StudentPage):
        if reader != "student":
            return {403}
        return DONE if method == "get" or page.takes_forms else {405}
    if reader not in STAFF_ROLES:
        return {403}
    if method == "post" and page.posts is None:
        return {405}
    staff = small.staff[reader]
    may = page.may_open(staff) if method == "get" else page.may_send(staff)
    return DONE if may else {403}


@pytest.mark.parametrize("reader", READERS)
def test_every_page_opens_to_whom_the_table_says_and_to_nobody_else(reader: str) -> None:
    small = schools.build()
    client = client_of(reader, small)
    found: list[str] = []
    for page in EVERY:
        for method in ("get", "post"):
            where = address(page, small)
            fault = wrong(page, reader, method, asked(client, method, where), small)
            if fault:
                found.append(f"{method.upper()} {where}: {reader} {fault}")
    assert found == []


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry)
        else:
            yield entry


def test_every_address_is_a_listed_page_or_explained() -> None:
    listed = {page.name for page in EVERY}
    strays = {
        f"{pattern.name or pattern.pattern} ({pattern.callback.__module__})"
        for pattern in _patterns(get_resolver())
        if getattr(pattern.callback, "__module__", "") != "ninja.operation"
        and pattern.name not in listed | OTHERWISE.keys()
        and not pattern.callback.__module__.startswith(_SIGNING_IN)
        and not str(pattern.pattern).startswith(_CLOSED)
        and pattern.callback.__qualname__ != "closed"
    }
    for closed in ("social/signup/", "social/connections/", "3rdparty/", "3rdparty/signup/"):
        assert Client().get(f"/accounts/{closed}").status_code == 404, closed
    assert strays == set(), "list the page in central/web/pages, or say in OTHERWISE who may ask it"


@pytest.mark.parametrize("reader", READERS)
def test_every_operation_of_the_api_answers_whom_its_table_says_and_nobody_else(reader: str) -> None:
    small = schools.build()
    client = client_of(reader, small)
    found: list[str] = []
    for operation in api.OPERATIONS:
        where = f"/{api.AT.rstrip('/')}{operation_address(operation, small)}"
        answer = asked(client, operation.method.lower(), where)
        right = {401}
        if reader in STAFF_ROLES:
            right = DONE | {201, 400, 422, 503} if operation.may(small.staff[reader]) else {403}
        if answer.status_code not in right:
            found.append(f"{operation.method} {where}: {reader} is answered {answer.status_code}")
        elif (
            answer.status_code == 403 and operation.tool is not None and "ask " not in answer.content.decode()
        ):
            found.append(f"{operation.method} {where}: {reader} is refused without being told who may")
    assert found == []


def operation_address(operation: Operation, small: SmallSchool) -> str:
    """Return the address of an operation in a school, its words filled in."""
    named = re.findall(r"{(\w+)}", operation.route)
    unknown = sorted(set(named) - ARGUMENTS.keys())
    assert not unknown, (
        f"operation {operation.name!r} names {unknown}: add what stands there to ARGUMENTS in {__file__}"
    )
    return operation.route.format(**{name: ARGUMENTS[name](small) for name in named})


def test_the_api_has_the_addresses_of_its_table_and_no_others() -> None:
    described = {
        (method.upper(), path) for path, methods in api.document()["paths"].items() for method in methods
    }
    listed = {(each.method, f"/{api.AT.rstrip('/')}{each.route}") for each in api.OPERATIONS}
    assert described == listed
    routes = {path.removeprefix(f"/{api.AT}") for _, path in listed}
    ours = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(pattern.pattern))
        for pattern in _patterns(get_resolver())
        if getattr(pattern.callback, "__module__", "") == "ninja.operation"
    }
    assert ours - routes <= {""}, "list the operation in the table of its subject"


def test_no_two_pages_share_a_name_or_an_address() -> None:
    assert len({page.name for page in EVERY}) == len(EVERY)
    assert len({page.route for page in EVERY}) == len(EVERY)
