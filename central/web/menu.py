"""The menu: the parts somebody may open, and within the part one is in, its pages."""

from dataclasses import dataclass

from django.urls import reverse

from central.store.models import Staff
from central.web import pages
from central.web.pages.page import Group, StaffPage, StrOrPromise


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the menu."""

    title: StrOrPromise
    address: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Menu:
    """The parts of the whole, and the pages of the part that is open."""

    parts: tuple[Entry, ...]
    pages: tuple[Entry, ...]


def menu(staff: Staff, here: str) -> Menu:
    """Return what somebody may open while looking at the page named `here`: no link leads to a refusal."""
    place = next((page.under or page.name for page in pages.STAFF if page.name == here), here)
    open_to: dict[Group, list[StaffPage]] = {}
    for page in pages.STAFF:
        if page.group and page.may_open(staff):
            open_to.setdefault(page.group, []).append(page)
    parts: list[Entry] = []
    within: tuple[Entry, ...] = ()
    for group in Group:
        listed = open_to.get(group)
        if not listed:
            continue
        is_open = any(page.name == place for page in listed)
        parts.append(Entry(group.value, reverse(listed[0].name), is_open))
        if is_open:
            within = tuple(Entry(page.title, reverse(page.name), page.name == place) for page in listed)
    return Menu(tuple(parts), within if len(within) > 1 else ())
