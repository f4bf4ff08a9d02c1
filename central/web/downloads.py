"""A file handed out by a page, to be saved and not shown."""

from typing import Final

from django.http import HttpResponse

CSV: Final = "text/csv; charset=utf-8"


def attachment(text: str | bytes, name: str, media_type: str = CSV) -> HttpResponse:
    """Return a file under its name; it names students, so no cache keeps it."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(text, content_type=media_type, headers=headers)
