"""The way through an acceptance: what is due, one step after the other, each kept as soon as it is shown."""

from __future__ import annotations

import shutil
from typing import Final

from station.acceptance.outcome import Outcome, Shown
from station.acceptance.person import StoppedError
from station.acceptance.report import Report
from station.acceptance.site import Site
from station.acceptance.steps import STEPS, Step
from station.errors import EXIT_DONE, EXIT_FINDINGS, EXIT_UNAVAILABLE, StationError

_READER: Final = "reader"
_ACCEPTED: Final = "accepted"


def accept(site: Site, report: Report) -> int:
    """Do every step that is due and return the exit code: 0 accepted, 1 not, 69 when the reader failed.

    What was shown stays when the person stops or the plug is pulled; the next run goes on behind it.
    """
    _begin(site, report)
    due = report.due()
    for step in STEPS:
        if step.name in due:
            _do(site, report, step)
    shutil.rmtree(site.scratch, ignore_errors=True)
    for line in ("", *report.lines(), "", f"Keep {report.file} and {report.page}."):
        site.person.tell(line)
    if report.has_failed(_READER):
        return EXIT_UNAVAILABLE
    return EXIT_DONE if report.verdict == _ACCEPTED else EXIT_FINDINGS


def _begin(site: Site, report: Report) -> None:
    report.load()
    due, wanting = report.due(), report.wanting()
    if not due and wanting:
        if site.person.agrees(f"Done before, and not well: {', '.join(wanting)}. Do these once more?"):
            report.forget(wanting)
    elif not due and site.person.agrees("This station was accepted before. Begin anew?"):
        report.forget(list(report.steps))
    elif due and len(due) < len(report.steps):
        site.person.tell(
            f"Going on with {due[0]}: {len(report.steps) - len(due)} of {len(report.steps)} are done."
        )


def _do(site: Site, report: Report, step: Step) -> None:
    while True:
        number = report.steps.index(step.name) + 1
        site.person.tell(f"\n--- {number} of {len(report.steps)}: {step.name}: {step.shows} ---")
        shown = _shown(site, step)
        report.add(step.name, shown, site.clock.now().isoformat(timespec="seconds"))
        site.person.tell(f"{shown.outcome}: {shown.says}")
        if shown.outcome is not Outcome.FAILED:
            return
        if shown.todo:
            site.person.tell(f"To do: {shown.todo}")
        if not site.person.agrees("Do this step once more now?"):
            return


def _shown(site: Site, step: Step) -> Shown:
    try:
        return step.run(site)
    except StoppedError:
        raise
    except (StationError, OSError) as error:
        return Shown(Outcome.FAILED, str(error) or type(error).__name__)
