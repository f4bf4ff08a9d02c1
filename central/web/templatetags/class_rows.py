"""The rows of Today's table of classes, made in one piece: a school has hundreds of them."""

from collections.abc import Sequence

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from central.web.views.day_lines import Line

register = template.Library()

_ROW = (
    '<tr><th scope="row"><a href="{}">{}</a> <span class="why">{}</span>{}</th>'
    '<td data-label="{}">{}</td><td data-label="{}">{}</td>{}</tr>\n'
)
_FIGURE = '<td class="number" data-label="{}">%d</td>'


@register.simple_tag
def class_rows(lines: Sequence[Line]) -> SafeString:
    """Return a row for each class: where it is, whose, and its figures."""
    room, teacher = format_html("{}", _("Room")), format_html("{}", _("Teacher"))
    words = (_("expected"), _("here"), _("late"), _("absent"), _("missing"), _("unknown"))
    # The words are escaped once, and a whole number needs no escaping.
    figures = format_html_join("", _FIGURE, ([word.replace("%", "%%")] for word in words))
    silent = _("station silent since %(at)s")

    def cells(line: Line) -> tuple[object, ...]:
        badge: str | SafeString = ""
        if line.silent:
            badge = format_html(' <span class="mark absent">{}</span>', silent % {"at": line.silent})
        numbers = SafeString(figures % line.figures)
        return line.address, line.title, line.where, badge, room, line.room, teacher, line.teachers, numbers

    return format_html_join("", _ROW, map(cells, lines))
