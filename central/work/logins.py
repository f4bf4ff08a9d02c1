"""Published: who can sign in: students' logins, logins taken out of use, a lost second factor replaced."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from central.errors import InputError, RefusedError
from central.store.models import AuditEvent, School, Staff, Student
from central.work import rights
from central.work.operators import new_seed
from central.work.tool_rights import Right, Tool, require

SHORTEST_OF_A_STUDENT: Final = 15
"""A student's password stands alone: it is longer than one with a code behind it."""


class StudentPassword:
    """Asks more of a password that no second factor stands behind."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError for a student's password that is too short."""
        is_short = len(password) < SHORTEST_OF_A_STUDENT
        if is_short and user and not user._state.adding and Student.objects.filter(user=user).exists():  # noqa: SLF001  Django's documented state
            raise ValidationError(self.get_help_text())

    def get_help_text(self) -> str:
        """Say what is asked."""
        return f"A student's password has at least {SHORTEST_OF_A_STUDENT} characters: take four words."


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody's act on a login, when and why."""

    by: Staff
    at: datetime
    reason: str

    def note(self, verb: str, user: User) -> None:
        """Write the audit line; raises RefusedError for no reason."""
        detail = {"reason": rights.reason(self.reason, "changing a login")}
        AuditEvent.objects.create(
            at=self.at, by=self.by.number, verb=verb, subject=whose(user), detail=detail
        )


def logins(school: School, search: str = "") -> QuerySet[User]:
    """Return the logins of a school by names, with `has_code`; `search` is part of a name, or a number."""
    code = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    ours = User.objects.filter(Q(staff__school=school) | Q(student__school=school))
    if search.strip():
        word = search.strip()
        named = Q(username__icontains=word)
        for who in ("staff", "student"):
            named |= Q(**{f"{who}__family_name__icontains": word}) | Q(**{f"{who}__number": word})
            named |= Q(**{f"{who}__given_name__icontains": word})
        ours = ours.filter(named)
    rows = ours.select_related("staff", "student").annotate(has_code=Exists(code))
    family = Coalesce("staff__family_name", "student__family_name")
    return rows.order_by(family, Coalesce("staff__given_name", "student__given_name"), "username")


def find(school: School, username: str) -> User:
    """Return the login of that name; raises RefusedError."""
    found = logins(school).filter(username=username).first()
    if found is None:
        msg = f"there is no login {username!r}; rollbook-central login list shows them"
        raise RefusedError(msg)
    return found


def whose(user: User) -> str:
    """Return whose login it is, as the audit log says it."""
    staff = Staff.objects.filter(user=user).first()
    if staff is not None:
        return f"staff {staff.number}"
    student = Student.objects.filter(user=user).first()
    return f"student {student.number}" if student else f"login {user.pk}"


def give_student(
    student: Student, username: str, password: str, now: datetime, by: str, *, resets: bool = False
) -> User:
    """Give a student a login, or another password; raises RefusedError and InputError.

    No second factor is asked of a student, who sees and says nothing but the own things.
    """
    if student.user and not resets:
        msg = "the student can sign in already; say --reset to replace the password"
        raise RefusedError(msg)
    if User.objects.filter(username=username).exclude(student=student).exists():
        msg = f"the name {username!r} is taken; choose another with --username"
        raise RefusedError(msg)
    with transaction.atomic():
        user = student.user or User()
        user.username, user.is_active = username, True
        user.first_name, user.last_name = student.given_name[:150], student.family_name[:150]
        user.save()
        student.user = user
        student.save(update_fields=["user"])
        try:
            validate_password(password, user)
        except ValidationError as error:
            what = "the login is not made; nothing was written:"
            raise InputError(what, [f"password: {message}" for message in error.messages]) from error
        user.set_password(password)
        user.save()
        AuditEvent.objects.create(
            at=now, by=by, verb="add-login", subject=f"student {student.number}", detail={"reset": resets}
        )
    return user


def disable(user: User, act: Act) -> None:
    """Take a login out of use, and with it every token of its owner; raises RefusedError."""
    _require_other(user, act, Right.DELETE)
    _switch(user, act, "disable-login", is_active=False)


def enable(user: User, act: Act) -> None:
    """Let somebody sign in again; raises RefusedError."""
    _require_other(user, act, Right.WRITE)
    _switch(user, act, "enable-login", is_active=True)


def reset_code(user: User, act: Act, entropy: Callable[[int], bytes]) -> str:
    """Replace a lost second factor and return the new seed, base32; the old codes open nothing any more.

    Raises RefusedError, and for a student, who has none.
    """
    _require_other(user, act, Right.WRITE)
    if not Staff.objects.filter(user=user).exists():
        msg = "a student has no second factor; give another password instead"
        raise RefusedError(msg)
    seed = new_seed(entropy)
    with transaction.atomic():
        act.note("reset-second-factor", user)
        Authenticator.objects.filter(user=user).delete()
        data = {"secret": get_adapter().encrypt(seed)}
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data=data)
    return seed


def link(user: User, email: str, act: Act) -> None:
    """Let somebody sign in at the school's own provider, by the address it has verified; "" ends that.

    Raises RefusedError, and for an address another login bears.
    """
    _require_other(user, act, Right.WRITE)
    if email and User.objects.filter(email__iexact=email).exclude(pk=user.pk).exists():
        msg = "another login bears this address; one address is one person's"
        raise RefusedError(msg)
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(email=email)
        # What was linked before was linked by another address.
        SocialAccount.objects.filter(user=user).delete()
        act.note("link-login", user)


def _switch(user: User, act: Act, verb: str, *, is_active: bool) -> None:
    with transaction.atomic():
        if not User.objects.filter(pk=user.pk, is_active=not is_active).update(is_active=is_active):
            msg = f"the login {user.username!r} is {'in' if is_active else 'out of'} use already"
            raise RefusedError(msg)
        act.note(verb, user)


def _require_other(user: User, act: Act, right: Right) -> None:
    require(act.by, Tool.LOGINS, right)
    if act.by.user_id == user.pk:
        msg = "nobody changes the own login here; ask another administrator"
        raise RefusedError(msg)
