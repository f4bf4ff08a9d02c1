"""Published: the after-action list of an emergency: what is to be done better, by whom and by when."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from central.errors import RefusedError
from central.store.models import AfterAction, AfterActionStep, Emergency, Staff
from central.work import rights
from central.work.emergencies import require_open
from central.work.local_days import local_date
from central.work.recovery_act import Act
from central.work.tool_rights import Right

_State = AfterActionStep.State


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list as it stands: its day after every move, and its last step."""

    action: AfterAction
    due_on: date
    step: AfterActionStep | None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do it."""
        return self.step is None or self.step.state == _State.MOVED

    def is_late(self, today: date) -> bool:
        """Tell whether it is open after its day."""
        return self.is_open and self.due_on < today


def add(emergency: Emergency, what: str, owner: Staff, due_on: date, act: Act) -> AfterAction:
    """Put something on the list; raises RefusedError for a day that is over or a strange owner."""
    require_open(emergency, act.by, Right.WRITE)
    kept = rights.reason(what, "an action")
    if owner.school_id != act.by.school_id:
        msg = f"employee {owner.number} is of another school; name an owner of this one"
        raise RefusedError(msg)
    if due_on < local_date(act.by.school, act.at):
        msg = f"{due_on} is over; name the day it is due"
        raise RefusedError(msg)
    return AfterAction.objects.create(
        emergency=emergency, what=kept, owner=owner, due_on=due_on, by=act.by, at=act.at
    )


def take_step(action: AfterAction, state: str, act: Act, *, due_on: date | None = None) -> AfterActionStep:
    """Say what became of it: done, due later, or dropped, and why; its owner may, as whoever keeps the list.

    Raises RefusedError for anybody else, for one that is done or dropped, and where the new day is
    missing or over.
    """
    right = Right.READ if action.owner_id == act.by.pk else Right.WRITE
    require_open(action.emergency, act.by, right)
    says = act.because("a step of the after-action list")
    if state not in _State.values:
        msg = f"{state!r} is no step; choose one of {', '.join(_State.values)}"
        raise RefusedError(msg)
    if (state == _State.MOVED) != (due_on is not None):
        msg = "name the new day where it is due later, and none otherwise"
        raise RefusedError(msg)
    if due_on is not None and due_on < local_date(act.by.school, act.at):
        msg = f"{due_on} is over; name the day it is due"
        raise RefusedError(msg)
    with transaction.atomic():
        last = action.steps.order_by("pk").last()
        if last is not None and last.state != _State.MOVED:
            msg = f"this was {last.state} on {local_date(act.by.school, last.at)}; put a new line on the list"
            raise RefusedError(msg)
        return AfterActionStep.objects.create(
            action=action, state=state, due_on=due_on, says=says, by=act.by, at=act.at
        )


def listed(emergency: Emergency) -> list[Listed]:
    """Return the list, what is due first at its top."""
    steps: dict[int, list[AfterActionStep]] = {}
    rows = AfterActionStep.objects.filter(action__emergency=emergency).select_related("by").order_by("pk")
    for step in rows:
        steps.setdefault(step.action_id, []).append(step)
    found = []
    for action in emergency.actions.select_related("owner", "by").order_by("pk"):
        taken = steps.get(action.pk, [])
        moved = [step.due_on for step in taken if step.due_on is not None]
        due_on = moved[-1] if moved else action.due_on
        found.append(Listed(action, due_on, taken[-1] if taken else None))
    return sorted(found, key=lambda line: (line.due_on, line.action.pk))


def action_of(emergency: Emergency, number: int) -> AfterAction:
    """Return a line of the list by its number; raises RefusedError."""
    rows = AfterAction.objects.filter(emergency=emergency, pk=number)
    found = rows.select_related("emergency__school_year", "owner").first()
    if found is None:
        msg = f"emergency {emergency.code} has no action {number}"
        raise RefusedError(msg)
    return found
