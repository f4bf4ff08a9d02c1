"""The page of a file of paper sheets: how it is read, what each line would do, and taking it in."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from central.errors import CentralError
from central.exchange.sheets.guess import Guess
from central.store.models import PaperBatch, Staff
from central.web import clock
from central.web.access import sections_seen_by
from central.web.said import said
from central.web.sending import REFUSED, date_of
from central.work import paper_files, paper_import, paper_mappings, paper_scans, viewings
from central.work.paper_preview import Preview, PreviewRow, Wish
from central.work.paper_verdict import Verdict
from central.work.tool_rights import Right, Tool, may

_PAGE = 50
_READ = "read "


@dataclass(frozen=True, slots=True)
class Question:
    """A guess as the page asks about it."""

    key: str
    label: str
    guess: Guess
    told: str


def paper_file(request: HttpRequest, staff: Staff) -> HttpResponse:
    """Show what a file would do; a posted form takes it in as it was shown, or leaves it."""
    if not may(staff, Tool.PAPER, Right.ADD):
        # Whoever only reads finds what came in; a file looked at is still its clerk's alone.
        return redirect("paper")
    asked = request.GET
    if request.method == "POST" and request.POST.get("verb") == "leave":
        paper_files.forget(settings.CONFIG.data, asked.get("file", ""))
        return redirect("paper")
    status = 200
    try:
        wish = _wish(asked, staff)
        if request.method == "POST":
            taken = _accept(request, wish, staff)
            if taken is not None:
                return taken
            status = REFUSED
        preview = paper_import.look(wish, staff, clock.now())
    except CentralError as error:
        messages.error(request, str(error))
        return render(request, "web/paper_file.html", {"asked": asked}, status=REFUSED)
    return render(request, "web/paper_file.html", _shown(request, preview, staff), status=status)


def _wish(asked: QueryDict, staff: Staff) -> Wish:
    data, name = settings.CONFIG.data, asked.get("name", "file")
    file = paper_files.put_aside_before(data, asked.get("file", ""), name)
    told: dict[str, str] = {}
    if asked.get("mapping"):
        told = paper_mappings.the_choices(staff.school, asked.get("mapping", ""))
    told |= {key[len(_READ) :]: str(value) for key, value in asked.items() if key.startswith(_READ) and value}
    section = None
    if asked.get("section"):
        section = sections_seen_by(staff, clock.today(staff.school)).filter(code=asked["section"]).first()
        if section is None:
            raise CentralError(_("Choose the class among those of the list."))
    return Wish(file, told, section, asked.get("sheet", ""))


def _accept(request: HttpRequest, wish: Wish, staff: Staff) -> HttpResponse | None:
    """Take the file in and lead on; None where it was refused, which is said."""
    form, now = request.POST, clock.now()
    try:
        paper = _paper(form, staff)
        leaves = form.get("leave_out") == "yes"
        taken = paper_import.accept(wish, staff, now, leaves_refused=leaves, seen=_seen(form))
    except CentralError as error:
        messages.error(request, str(error))
        return None
    if form.get("mapping_name", "").strip():
        paper_mappings.save(form["mapping_name"], taken.preview.choices, staff, now)
    data = settings.CONFIG.data
    paper_files.forget(data, wish.file.sha256)
    if taken.batch is None:
        messages.success(request, _("Nothing changed: every line was taken in before, or says nothing."))
        return redirect("paper")
    paper_files.keep(data, wish.file)
    if paper is not None:
        paper_scans.attach(taken.batch.sheets.all(), paper, staff, now, data)
    told = _("Taken in: %(n)s records. Their teachers certify them.") % {"n": taken.records}
    messages.success(request, told)
    return redirect("paper-batch", batch=taken.batch.pk)


def _paper(form: QueryDict, staff: Staff) -> paper_scans.Paper | None:
    """Return where the paper is, where somebody said so."""
    if not (form.get("kept", "").strip() or form.get("collected_by", "").strip()):
        return None
    on = date_of(form, "collected_on") if form.get("collected_on") else clock.today(staff.school)
    return paper_scans.Paper(form.get("collected_by", ""), on, form.get("kept", ""))


def _seen(form: QueryDict) -> Mapping[str, str]:
    try:
        found = json.loads(form.get("seen", ""))
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise CentralError(_("Look at the file first, and take it in from there."))
    return {str(key): str(value) for key, value in found.items()}


def _shown(request: HttpRequest, preview: Preview, staff: Staff) -> dict[str, object]:
    asked = request.GET
    show = asked.get("show", "")
    rows = [row for row in preview.rows if row.verdict.name == show] if show else _those_first(preview.rows)
    page = Paginator(rows, _PAGE).get_page(asked.get("page"))
    students = [row.student for row in page if row.student is not None]
    viewings.note_all(staff, "paper sheet", students, clock.now())
    told = {key[len(_READ) :]: str(value) for key, value in asked.items() if key.startswith(_READ)}
    return {
        "asked": asked,
        "preview": preview,
        "page": page,
        "rows": [(row, _hint(preview, row)) for row in page],
        "questions": [
            Question(guess.key, _label(guess.key), guess, told.get(guess.key, ""))
            for guess in preview.guesses
        ],
        "chips": [(Verdict(words).name, words, count) for words, count in preview.counts.items()],
        "show": show,
        "seen": json.dumps(preview.choices),
        "refused": len(preview.refused),
        "may_accept": not preview.asks and preview.written,
        "before": PaperBatch.objects.filter(
            school=staff.school, file_sha256=preview.file.sha256, withdrawal=None
        ).first(),
        "today": clock.today(staff.school),
        "writes": preview.written,
    }


def _those_first(rows: Sequence[PreviewRow]) -> Sequence[PreviewRow]:
    """Return the lines with those first that need somebody; within that, in the order of the file."""
    needs = {Verdict.REFUSED: 0, Verdict.CONFLICTS: 1}
    return sorted(rows, key=lambda row: needs.get(row.verdict, 2))


def _hint(preview: Preview, row: PreviewRow) -> str:
    """Return whose name is nearest, where a line is nobody's: something to look at, never an answer."""
    if row.student is not None or row.verdict is not Verdict.REFUSED:
        return ""
    near = preview.known.nearest(row.entry.written)
    return f"{near.family}, {near.given} ({near.number})" if near else ""


def _label(key: str) -> str:
    kind, _apart, what = key.partition(" ")
    if kind == "mark":
        return _("The sign %(sign)s means") % {"sign": what}
    words = {
        "encoding": _("Encoding"),
        "delimiter": _("Between the columns"),
        "worksheet": _("Worksheet"),
        "header": _("Line that names the columns"),
        "dates": _("Order of dates"),
        "serials": _("Spreadsheet days count from"),
        "year": _("Year of the dates"),
        "day": _("Day of the sheet"),
        "column": _("Column of: %(what)s") % {"what": said(what)},
    }
    return words.get(kind, key)
