"""The charts, each beside its table; a chart's address says of which year, days or class it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from central.domain.calendar import DateSpan
from central.domain.errors import DomainError
from central.reports import chart_figures
from central.reports.charts.chart import Chart
from central.store.models import SchoolYear, Section, Staff
from central.store.queries.pictures import last_day_with_taps
from central.web import clock, tables
from central.web.dates import date_in
from central.web.downloads import attachment
from central.work import viewings
from central.work.journal_signs import Sources
from central.work.viewings import Seen

_WEEK, _MONTH = timedelta(days=6), timedelta(days=27)
_MOST_LINES = 400


@dataclass(slots=True)
class Asked:
    """Who asks for a chart with which address, and what it is of, for the form above it."""

    request: HttpRequest
    staff: Staff
    fields: dict[str, str]

    def year(self) -> SchoolYear:
        """Return the year named, or the newest with a day before today."""
        years = SchoolYear.objects.filter(school=self.staff.school).select_related("school")
        name = self.request.GET.get("year", "")
        found = get_object_or_404(years, name=name) if name else years.order_by("-name").first()
        if found is None:
            raise Http404
        self.fields["year"] = found.name
        return found

    def until(self, otherwise: date | None = None) -> date:
        """Return the last day named, otherwise today."""
        on = date_in(self.request.GET.get("until", ""), otherwise or clock.today(self.staff.school))
        self.fields["until"] = on.isoformat()
        return on

    def span(self, length: timedelta) -> DateSpan:
        """Return the days named, otherwise so many up to the last."""
        until = self.until()
        since = date_in(self.request.GET.get("since", ""), until - length)
        if since > until:
            raise Http404
        self.fields["since"] = since.isoformat()
        return DateSpan(since, until)

    def section(self, until: date) -> Section:
        """Return the class named, otherwise the first there is."""
        sections = Section.objects.filter(school=self.staff.school, since__lte=until).select_related("track")
        code = self.request.GET.get("section", "")
        sections = sections.order_by("-school_year__name", "code")
        found = (sections.filter(code=code) if code else sections).first()
        if found is None:
            raise Http404
        self.fields["section"] = found.code
        return found


def _calendar(asked: Asked) -> Chart:
    return chart_figures.of_calendar(asked.year(), asked.until(), _)


def _ada(asked: Asked) -> Chart:
    return chart_figures.of_ada(asked.year(), asked.until(), _)


def _funnel(asked: Asked) -> Chart:
    return chart_figures.of_funnel(asked.year(), asked.span(_MONTH), _)


def _arrivals(asked: Asked) -> Chart:
    return chart_figures.of_arrivals(asked.staff.school, asked.span(_WEEK), _)


def _students(asked: Asked) -> Chart:
    span = asked.span(_MONTH)
    section = asked.section(span.until or span.since)
    viewings.note(asked.staff, Seen("chart-students", section=section, on=span.until), clock.now())
    return chart_figures.of_section(section, span, _)


def _stations(asked: Asked) -> Chart:
    school = asked.staff.school
    on = asked.until(last_day_with_taps(school))
    return chart_figures.of_stations(school, on, Sources.of(settings.CONFIG), clock.now(), _)


CHARTS: Mapping[str, Callable[[Asked], Chart]] = {
    "calendar": _calendar,
    "ada": _ada,
    "funnel": _funnel,
    "arrivals": _arrivals,
    "students": _students,
    "stations": _stations,
}
"""Every chart by its word in addresses."""


def charts(request: HttpRequest, staff: Staff) -> HttpResponse:
    """List the charts."""
    named = {
        "calendar": (_("Attendance day by day"), _("the year as a calendar")),
        "ada": (_("ADA to date"), _("the curve that ends in P-1, P-2 and Annual")),
        "funnel": (_("From enrolled to claimed"), _("where student-days are lost")),
        "arrivals": (_("Arrivals around the bell"), _("in five-minute steps")),
        "students": (_("Student by student, day by day"), _("one class at a glance")),
        "stations": (_("Taps by station and hour"), _("and where a class heard none")),
    }
    year = request.GET.get("year", "")
    is_known = SchoolYear.objects.filter(school=staff.school, name=year).exists()
    page = {
        "charts": [(f"chart-{name}", *told) for name, told in named.items()],
        "year": year if is_known else "",
    }
    return render(request, "web/charts.html", page)


def chart_page(name: str) -> Callable[[HttpRequest, Staff], HttpResponse]:
    """Return the view of one chart."""
    view: Callable[[HttpRequest, Staff], HttpResponse] = partial(_chart, name)
    return view


def chart_file(request: HttpRequest, staff: Staff, name: str) -> HttpResponse:
    """Hand out the table of a chart as CSV."""
    word = name.removesuffix(".csv")
    if word not in CHARTS or word == name:
        raise Http404
    try:
        text = CHARTS[word](Asked(request, staff, {})).csv()
    except DomainError as error:
        raise Http404(str(error)) from error
    return attachment(text, name)


def _chart(name: str, request: HttpRequest, staff: Staff) -> HttpResponse:
    asked = Asked(request, staff, {})
    page: dict[str, object] = {"name": name, "fields": asked.fields}
    try:
        chart = CHARTS[name](asked)
    except DomainError as error:
        page["problem"] = str(error)
        return render(request, "web/chart.html", page)
    lines = [[str(cell) for cell in row] for row in chart.rows[:_MOST_LINES]]
    page["chart"] = chart
    # Drawn by our own builder, which escapes every text that comes in.
    page["svg"] = mark_safe(chart.svg)  # noqa: S308  see above
    page["table"] = tables.from_rows(list(chart.columns), lines, len(chart.rows) - len(lines))
    page["address"] = "&".join(f"{key}={value}" for key, value in asked.fields.items())
    return render(request, "web/chart.html", page)
