"""Print the session cookie of a member of staff who signed in a while ago."""

import sys

from central.store import readiness


def session_of(username: str) -> str:
    """Return the key of a new session in the records the environment names."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.models import User
    from django.contrib.sessions.backends.db import SessionStore
    from django.http import HttpRequest

    from central.web import session_end

    user = User.objects.get(username=username)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    request = HttpRequest()
    request.session = session
    session_end.begin(request, user)
    session.create()
    return str(session.session_key)


if __name__ == "__main__":
    readiness.set_up()
    sys.stdout.write(session_of(sys.argv[1]))
