"""The roster: a file tried and then taken in, what was taken in so far, and documents that end soon."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from central.errors import CentralError, InputError
from central.exchange.column_mapping import COLUMNS
from central.exchange.named_file import NamedFile
from central.store.models import ImportedFile, Staff
from central.web import clock
from central.web.sending import REFUSED, date_of
from central.work import column_mappings, roster_upload
from central.work.roster_preview import Difference, Value
from central.work.roster_upload import MOST_BYTES, Kind, Upload
from central.work.rosters import Outcome, Wishes
from central.work.staff_documents import ending_soon
from central.work.tool_rights import Right, Tool, may

_SHOWN = 300
_KINDS = ("roster", "roster-csv", "staff")
_LATEST = 20


def roster(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show what was taken in; a posted file is tried, or taken in as the very bytes that were tried."""
    if request.method != "POST":
        return _page(request, staff)
    try:
        if request.POST.get("verb") == "columns":
            return _columns_kept(request, staff)
        upload = _upload(request)
        if request.POST.get("verb") == "accept":
            outcome = roster_upload.accept(upload, request.POST.get("sha256", ""), staff, clock.now())
            _tell(request, outcome)
            return redirect("roster")
        outcome = roster_upload.rehearse(upload, staff, clock.now())
        return _page(request, staff, _preview(upload, outcome, staff))
    except InputError as error:
        return _page(request, staff, {"refused": error.what, "problems": error.problems}, REFUSED)
    except CentralError as error:
        messages.error(request, str(error))
        return _page(request, staff, {}, REFUSED)


def _upload(request: HttpRequest) -> Upload:
    form, sent = request.POST, request.FILES.get("file")
    if not isinstance(sent, UploadedFile) or form.get("kind") not in set(Kind):
        raise CentralError(_("Choose a file, and say what it holds."))
    # One byte more than may be: whoever refuses it need not read the rest.
    data = sent.read(MOST_BYTES + 1)
    wishes = Wishes(
        files_are=form.get("files_are", "") if form.get("files_are") in {"bulk", "delta"} else "",
        as_of=date_of(form, "as_of") if form.get("as_of") else None,
        accepts_many_ends=form.get("accept_ends") == "yes",
        why_older=form.get("why_older", ""),
    )
    name = (sent.name or "file").replace("\\", "/").rsplit("/", 1)[-1][:200]
    return Upload(NamedFile(name, data), Kind(form["kind"]), form.get("mapping", ""), wishes)


def _columns_kept(request: HttpRequest, staff: Staff) -> HttpResponse:
    columns = {ours: request.POST.get(f"column {ours}", "").strip() for ours in COLUMNS}
    named = {ours: heading for ours, heading in columns.items() if heading}
    column_mappings.save(request.POST.get("name", ""), named, staff, clock.now())
    messages.success(request, _("The columns are kept. Choose them by their name when you try the file."))
    return redirect("roster")


def _tell(request: HttpRequest, outcome: Outcome) -> None:
    done = ", ".join(f"{count} {noun}" for noun, count in outcome.changes.items())
    if done:
        messages.success(request, _("Taken in: %(what)s.") % {"what": done})
    else:
        messages.success(request, _("Nothing changed: the records say all of this already."))
    for note in outcome.notes:
        messages.warning(request, note)


def _preview(upload: Upload, outcome: Outcome, staff: Staff) -> dict[str, object]:
    counts = Counter((found.what, found.how) for found in outcome.differences)
    columns = roster_upload.columns_of(upload, staff) if upload.kind is Kind.STUDENTS else {}
    return {
        "upload": upload,
        "outcome": outcome,
        "counts": [(what, how, count) for (what, how), count in counts.items()],
        "lines": [_line(found) for found in outcome.differences[:_SHOWN]],
        "left_out": max(0, len(outcome.differences) - _SHOWN),
        "columns": tuple(columns.items()),
        "shown_columns": [(ours, columns.get(ours, "")) for ours in COLUMNS],
    }


def _line(found: Difference) -> Mapping[str, object]:
    changes = [(change.name, _shown(change.before), _shown(change.after)) for change in found.changes]
    return {"how": found.how, "what": found.what, "subject": found.subject, "changes": changes}


def _shown(value: Value) -> str:
    if isinstance(value, date):
        return f"{value:%m/%d/%Y}"
    return "-" if value is None or value == "" else str(value)


def _page(
    request: HttpRequest, staff: Staff, more: Mapping[str, object] | None = None, status: int = 200
) -> HttpResponse:
    on = clock.today(staff.school)
    findings = ending_soon(staff.school, on)
    names = {
        row.number: row for row in Staff.objects.filter(number__in=[found.subject for found in findings])
    }
    taken = ImportedFile.objects.filter(kind__in=_KINDS).order_by("-pk")[:_LATEST]
    page = {
        "kinds": Kind,
        "asked": request.POST,
        "may_add": may(staff, Tool.ROSTER, Right.ADD),
        "mappings": column_mappings.mappings(staff.school),
        "shown_columns": [(ours, "") for ours in COLUMNS],
        "taken": [(row, ", ".join(f"{n} {noun}" for noun, n in dict(row.counts).items())) for row in taken],
        "documents": [(names.get(found.subject), found, found.on and found.on < on) for found in findings],
        **(more or {}),
    }
    return render(request, "web/roster.html", page, status=status)
