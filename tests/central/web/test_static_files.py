"""A file of the pages is sent whole, also one that was replaced while the program served."""

from pathlib import Path

import pytest
from django.http import HttpResponseNotFound
from django.http.response import ResponseHeaders
from django.test import Client, RequestFactory

from central.web.static_files import StaticFiles


class Served:
    """One style sheet, served."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "a.css"
        self.file.write_text("body { color: black }")
        self.middleware = StaticFiles(lambda _request: HttpResponseNotFound())
        self.middleware.add_file_to_dictionary("/static/a.css", str(self.file))

    def ask(self, **headers: str) -> tuple[int, ResponseHeaders, bytes]:
        """Return status, headers and content of one answer."""
        answer = self.middleware(RequestFactory().get("/static/a.css", headers=headers))
        content = answer.getvalue()
        answer.close()
        return answer.status_code, answer.headers, content


@pytest.mark.parametrize("text", ["body { color: darkslategray; background: white }", "b {}"])
def test_a_style_sheet_replaced_while_serving_is_sent_whole(tmp_path: Path, text: str) -> None:
    served = Served(tmp_path)
    _, before, content = served.ask()
    assert content == b"body { color: black }"
    served.file.write_text(text)
    status, after, content = served.ask(if_none_match=before["ETag"])
    assert (status, content.decode()) == (200, text)
    assert int(after["Content-Length"]) == len(text)
    assert served.ask(if_none_match=after["ETag"])[0] == 304


def test_a_file_that_is_away_for_a_moment_is_not_there_and_then_is_again(tmp_path: Path) -> None:
    served = Served(tmp_path)
    served.file.unlink()
    assert served.ask()[0] == 404
    served.file.write_text("b {}")
    assert served.ask()[2] == b"b {}"


def test_the_pages_are_served_their_own_style_sheet() -> None:
    answer = Client().get("/static/web/rollbook.css")
    content = answer.getvalue()
    answer.close()
    assert int(answer.headers["Content-Length"]) == len(content) > 1000
