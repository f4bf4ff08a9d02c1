"""What every test begins with, and the figures that are worth seeing at the end."""

import gc
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from pytest_django import DjangoDbBlocker

# How long one example takes says nothing about the code on a machine that has other work to do.
settings.register_profile(
    "rollbook", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("rollbook")

_GARBAGE: Final = (50_000, 20, 50)
"""How many more objects than before are looked through, and how many such looks go before a deeper one."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Look for no garbage while thousands of tests are collected that all stay, and never among them.

    Afterwards it is looked for more rarely than is usual: a worker has memory to spare and no processor.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*_GARBAGE)
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what was given the most time, so that no worker is left alone with it at the end."""
    items.sort(key=_seconds_given, reverse=True)


def _seconds_given(item: pytest.Item) -> float:
    mark = item.get_closest_marker("timeout")
    return float(mark.args[0]) if mark else 0.0


@pytest.fixture(autouse=True)
def _level_of_the_log() -> Iterator[None]:
    """Leave the log as loud as it was: a command that ran in this process may have turned it down."""
    root = logging.getLogger()
    before = root.level
    yield
    root.setLevel(before)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: "DjangoDbBlocker") -> None:
    """Note the migrations as applied: the tables are made from the models, as `init` makes them."""
    del django_db_setup
    from central.store import founding

    with django_db_blocker.unblock():
        founding.note_applied()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded as a `figure`, wherever they ran."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    figures = [
        value
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for name, value in report.user_properties
        if name == "figure"
    ]
    if figures:
        terminalreporter.section("figures")
        terminalreporter.write_line("\n".join(sorted(map(str, figures))))
