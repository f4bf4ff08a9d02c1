"""The staff process' second thread: bring evidence into the records and keep what is published fresh."""

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import close_old_connections, connections
from django.db.models import Q

from central.config import CentralConfig
from central.errors import CentralError
from central.register import counted
from central.reports.scheduled import run_due
from central.store.models import AuditEvent, CredentialEvent, School
from central.work.brought_keys import take_up
from central.work.catch_up import catch_up
from central.work.certificates import certify_days
from central.work.faults import escalate
from central.work.kit_saving import save_nightly
from central.work.publish import publish
from station.errors import StationError

log = logging.getLogger(__name__)
_EVERY_S: Final = 1.0
_AFTER_FAILURE_S: Final = 10.0
# After these, taps that waited may find what they lacked.
_NEWS: Final = ("issue-phone", "sun-keys", "commission", "clear-station", "order-station")
# After these, what is published says something else.
_TOLD: Final = (*_NEWS, "retire", "enlist", "replace-station", "take-back-token", "rotate-key")
_PUBLISH_EVERY: Final = timedelta(minutes=10)
# Days end at midnight and change seldom after; a year of many stations takes seconds to go through.
_CERTIFY_EVERY: Final = timedelta(hours=1)
_REST: Final = 50.0
_KIT_EVERY: Final = timedelta(minutes=10)
_REPORTS_EVERY: Final = timedelta(minutes=1)
_REPORTS_AGAIN: Final = timedelta(minutes=10)
HUNG_S: Final = 1_800.0
"""One round that takes longer hangs; the longest, all records of a year made anew, takes minutes."""


class Projector(threading.Thread):
    """Projects and resolves every second, publishes rosters and certifies days as they go by."""

    def __init__(self, config: CentralConfig, now: Callable[[], datetime]) -> None:
        """Prepare; nothing runs before `start`."""
        super().__init__(name="projector", daemon=True)
        self._config = config
        self._now = now
        self._is_stopping = threading.Event()
        self._published_at: datetime | None = None
        self._published_after: tuple[int, int, int] | None = None
        self._certified_at: datetime | None = None
        self._certify_after_s = 0.0
        self._kit_after: datetime | None = None
        self._reports_after: datetime | None = None
        self._count_after: datetime | None = None
        self._imports_seen: int | None = None
        self._began_s: float | None = None

    def is_well(self, now_s: float) -> bool:
        """Tell whether rounds are being done, at a moment of the monotonic clock."""
        began_s = self._began_s
        return self.is_alive() and (began_s is None or now_s - began_s < HUNG_S)

    def run(self) -> None:
        """Work until stopped; a failure is logged and tried again, since evidence is never lost by it."""
        wait_s = 0.0
        while not self._is_stopping.wait(wait_s):
            wait_s = _EVERY_S
            self._began_s = time.monotonic()
            try:
                close_old_connections()
                self.work()
            except Exception:  # whatever it was, the next round may do better, and evidence keeps
                log.exception("projector.failed")
                wait_s = _AFTER_FAILURE_S
            self._began_s = None
        connections.close_all()

    def work(self) -> None:
        """Do one round."""
        take_up(self._config.evidence_at, self._now())
        brings_news = Q(verb__startswith="import-") | Q(verb__in=_NEWS)
        imports = AuditEvent.objects.filter(brings_news).order_by("-pk")
        newest = imports.values_list("pk", flat=True).first() or 0
        catch_up(self._config, self._now(), only_new=newest == self._imports_seen)
        self._imports_seen = newest
        now = self._now()
        # A station must know a card that was just handed out, and a class that was just taken in.
        handed_out = CredentialEvent.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        told = AuditEvent.objects.filter(verb__in=_TOLD).order_by("-pk").values_list("pk", flat=True).first()
        news = (newest, handed_out, told or 0)
        is_news = self._published_after != news
        if is_news or self._published_at is None or now - self._published_at >= _PUBLISH_EVERY:
            publish(self._config, now)
            self._published_at, self._published_after = now, news
            for school in School.objects.all():
                escalate(school, now)
        if self._certified_at is None or now - self._certified_at >= _CERTIFY_EVERY:
            self._certify(now)
        if self._kit_after is None or now >= self._kit_after:
            self._save_kit(now)
        if self._reports_after is None or now >= self._reports_after:
            self._deliver_report(now)
        if self._count_after is None or now >= self._count_after:
            self._count_requirements(now)

    def _save_kit(self, now: datetime) -> None:
        self._kit_after = now + _KIT_EVERY
        try:
            path = save_nightly(self._config, now, os.urandom)
        except (CentralError, StationError):
            # A full or missing folder must not keep evidence from being read.
            log.exception("kit.not-saved")
            return
        if path:
            log.info("kit.saved file=%s", path.name)

    def _count_requirements(self, now: datetime) -> None:
        self._count_after = now + counted.EVERY
        try:
            for school in School.objects.all():
                counted.count(self._config.data, school, now)
        except OSError:
            # A full disk must not keep evidence from being read.
            log.exception("requirements.not-counted")

    def _deliver_report(self, now: datetime) -> None:
        """Write one report that is due; the others wait for later rounds, so that taps are read between."""
        tried = []
        for each in run_due(self._config, now):
            tried.append(each)
            if each.file:
                self._reports_after = now
                return
        self._reports_after = now + (_REPORTS_AGAIN if tried else _REPORTS_EVERY)

    def _certify(self, now: datetime) -> None:
        began_s = time.monotonic()
        if began_s < self._certify_after_s:
            return
        certify_days(self._config, now)
        ended_s = time.monotonic()
        # However fast a rehearsal's clock runs, taps are read before days are certified.
        self._certify_after_s = ended_s + _REST * (ended_s - began_s)
        self._certified_at = now

    def stop(self) -> None:
        """Finish the round at hand and end."""
        self._is_stopping.set()
        self.join(timeout=30)
