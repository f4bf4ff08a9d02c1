"""Save emergency kits: one encrypted file by which a laptop prints and keys sheets while central is down."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from central.config import CentralConfig
from central.domain.local_day import end_of
from central.errors import RefusedError
from central.exchange.kit.contents import Contents, KitClass, Person, Terms
from central.exchange.kit.contents import School as KitSchool
from central.exchange.kit.hand_over import Certified, certify
from central.exchange.kit.sealed import KEY_BYTES, Cost, Entropy, require_passphrase, seal
from central.store import lookup
from central.store.models import AuditEvent, PaperKit, School, Section, Staff
from central.store.queries.class_plans import class_plans
from central.work import keys
from central.work.local_days import local_date
from central.work.sheet_serials import reserve
from central.work.tool_rights import Right, Tool, require
from sync_agent.signing import SigningKey

NIGHTLY: Final = "the nightly save"
DAYS: Final = 14
"""School days lie within so many days of the saving; after them the lists of names are too old."""
GRACE: Final = timedelta(days=30)
"""How long after its end central still takes what a kit hands over."""
_NAME_BYTES: Final = 4
_LEAST_SHEETS, _SHEETS_A_CLASS = 200, 20
_PEOPLE = {Staff.Role.TEACHER, Staff.Role.CLERK, Staff.Role.LEADER, Staff.Role.ADMIN}


@dataclass(frozen=True, slots=True)
class Saving:
    """How a kit is saved: for whom, under which passphrase, with what nobody can guess."""

    by: Staff | None
    """None for the nightly save."""
    passphrase: str
    entropy: Entropy
    cost: Cost | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """A kit as it was saved: the file's bytes and the row that knows it."""

    data: bytes
    kit: PaperKit
    prefix: str

    @property
    def name(self) -> str:
        """The file's name."""
        return f"{self.prefix}{self.kit.name}.rollbook"


def save(config: CentralConfig, saving: Saving, now: datetime) -> Saved:
    """Make a kit of every class of the next weeks and reserve its sheet numbers.

    Raises RefusedError for somebody who may not, and SealError for a passphrase that is too short.
    """
    if saving.by is not None:
        require(saving.by, Tool.KITS, Right.ADD)
    require_passphrase(saving.passphrase)
    school = lookup.the_school()
    first = local_date(school, now)
    last = first + timedelta(days=DAYS)
    sections = Section.objects.filter(school=school, since__lte=last, until__gte=first)
    planned = [each for each in class_plans(sections, first, last) if each.plan.days]
    seed = saving.entropy(KEY_BYTES)
    with transaction.atomic():
        terms = _terms(school, last, len(planned), saving.entropy(_NAME_BYTES).hex(), now)
        certified = Certified(school.code, SigningKey(seed).verify_key.public.hex(), terms)
        kit = _keep(certified, saving.by.number if saving.by else NIGHTLY, len(planned))
    contents = Contents(
        school=KitSchool(school.code, school.name, school.time_zone),
        terms=terms,
        staff=_people(school),
        classes=tuple(KitClass(each.plan, each.staff) for each in planned),
        seed=seed.hex(),
        drawer=saving.entropy(KEY_BYTES).hex(),
        certificate=certify(certified, keys.signing_key(config.keys, keys.ACK)),
    )
    data = seal(contents.data(), saving.passphrase, saving.entropy, saving.cost)
    return Saved(data, kit, prefix(first, is_nightly=saving.by is None))


def prefix(on: date, *, is_nightly: bool) -> str:
    """Return how the names of the kits saved on a date begin."""
    return f"{'nightly' if is_nightly else 'kit'}-{on}-"


def withdraw(name: str, by: Staff, why: str, now: datetime) -> None:
    """Take no more from a kit, as when its laptop is lost; raises RefusedError."""
    require(by, Tool.KITS, Right.WRITE)
    kit = PaperKit.objects.filter(name=name, withdrawn_at=None).first()
    if kit is None:
        msg = f"there is no kit {name} in use; rollbook-central kit list names them"
        raise RefusedError(msg)
    if not why.strip():
        msg = f"say why kit {name} is withdrawn"
        raise RefusedError(msg)
    with transaction.atomic():
        kit.withdrawn_at, kit.withdrawn_why = now, why.strip()[:255]
        kit.save()
        AuditEvent.objects.create(
            at=now, by=by.number, verb="withdraw-kit", subject=name, detail={"why": kit.withdrawn_why}
        )


def _terms(school: School, last: date, classes: int, name: str, now: datetime) -> Terms:
    serials = reserve(max(_LEAST_SHEETS, _SHEETS_A_CLASS * classes))
    ends_at = end_of(last, ZoneInfo(school.time_zone))
    return Terms(name, now, last, ends_at, serials[0], serials[-1])


def _people(school: School) -> tuple[Person, ...]:
    staff = Staff.objects.filter(school=school, role__in=_PEOPLE).order_by("number")
    return tuple(Person(each.number, str(each), each.role) for each in staff)


def _keep(certified: Certified, by: str, classes: int) -> PaperKit:
    terms = certified.terms
    AuditEvent.objects.create(
        at=terms.made_at, by=by, verb="save-kit", subject=terms.kit, detail={"classes": classes}
    )
    return PaperKit.objects.create(
        name=terms.kit,
        public_key=certified.public_key,
        first_serial=terms.first_serial,
        last_serial=terms.last_serial,
        made_at=terms.made_at,
        made_by=by,
        last_on=terms.last_on,
        expires_at=terms.expires_at,
    )
