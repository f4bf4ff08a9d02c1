"""Print the session cookie of the school's clerk, who gets a login by it."""

import sys

from central.store import readiness

if __name__ == "__main__":
    readiness.set_up()
    from central.store.models import Staff
    from tests.journeys.shown_school import cookie

    sys.stdout.write(cookie(Staff.objects.get(role="clerk")))
