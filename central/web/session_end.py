"""When a session ends: after a while in which nobody did anything, and at the latest after a working day."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse

from central.config import CentralConfig
from central.store.models import Staff
from central.web import clock

LONGEST: Final = timedelta(hours=12)
STUDENT_IDLE: Final = timedelta(minutes=15)
"""Students look at their own record on computers others use next."""
_NOTE_EVERY: Final = timedelta(minutes=1)
_BEGAN, _SEEN, _IDLE = "session_began_at", "session_seen_at", "session_idle_s"


def _real_time() -> datetime:
    # A rehearsal's clock is moved by hours.
    return clock.real_now()


class SessionEnd:
    """Signs out whoever was idle for too long; each request within the time begins it anew."""

    def __init__(
        self,
        get_response: Callable[[HttpRequest], HttpResponse],
        now: Callable[[], datetime] = _real_time,
    ) -> None:
        """Keep what comes next."""
        self._get_response = get_response
        self._now = now

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; somebody whose session is over is a stranger again."""
        if request.user.is_authenticated:
            self._look(request)
        return self._get_response(request)

    def _look(self, request: HttpRequest) -> None:
        session, now = request.session, self._now()
        try:
            began_at = datetime.fromisoformat(session[_BEGAN])
            seen_at = datetime.fromisoformat(session[_SEEN])
            idle = timedelta(seconds=session[_IDLE])
        except KeyError:
            # A session of a release that did not note this.
            logout(request)
            return
        if now - began_at >= LONGEST or now - seen_at >= idle:
            logout(request)
        elif now - seen_at >= _NOTE_EVERY:
            # Not at each request: every page would then write.
            session[_SEEN] = now.isoformat()


def begin(request: HttpRequest | None, user: object, **_told: object) -> None:
    """Note when somebody signed in, and how long nothing may happen from now on."""
    if request is None:
        return
    config: CentralConfig = settings.CONFIG
    is_staff = Staff.objects.filter(user=user).exists()  # type: ignore[misc]  # whoever the signal names
    idle = timedelta(minutes=config.idle_minutes) if is_staff else STUDENT_IDLE
    now = _real_time().isoformat()
    request.session.update({_BEGAN: now, _SEEN: now, _IDLE: idle.total_seconds()})


user_logged_in.connect(begin, dispatch_uid="session-begins")
