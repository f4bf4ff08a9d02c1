"""A zip is opened without believing what it says about itself."""

import io
import stat
import struct
import zipfile

import pytest

from central.exchange import archive
from central.exchange.problem import Problem


def zipped(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return out.getvalue()


def opened(data: bytes, most_bytes: int = archive.MOST_BYTES) -> tuple[dict[str, bytes], list[str]]:
    problems: list[Problem] = []
    return archive.csv_files("r.zip", data, problems, most_bytes), [str(problem) for problem in problems]


def test_csv_files_are_found_in_folders_and_whatever_their_case() -> None:
    data = zipped({"export/Users.CSV": b"a", "__MACOSX/users.csv": b"b", "readme.txt": b"c"})
    assert opened(data) == ({"users": b"a"}, [])


def test_a_file_twice_in_a_zip_is_a_problem() -> None:
    assert opened(zipped({"a/users.csv": b"", "b/users.csv": b""}))[1] == [
        "users.csv: the zip holds this file more than once"
    ]


def test_a_zip_bomb_is_refused_before_it_unfolds() -> None:
    data = zipped({"users.csv": b"0" * 20_000_000})
    assert len(data) < 100_000
    files, problems = opened(data, most_bytes=1_000_000)
    assert files == {}
    assert "larger than 0 MiB" in problems[0]


def test_a_zip_that_lies_about_sizes_is_still_held_to_the_limit() -> None:
    data = bytearray(zipped({"users.csv": b"0" * 5_000_000}))
    # The uncompressed size in the central directory, set to 10 bytes.
    directory = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, directory + 24, 10)
    files, problems = opened(bytes(data), most_bytes=1_000_000)
    assert problems
    assert sum(map(len, files.values())) <= 1_000_000


@pytest.mark.parametrize("damage", ["cut", "no zip", "flipped", "empty"])
def test_a_damaged_zip_is_one_clear_problem(damage: str) -> None:
    whole = zipped({"users.csv": bytes(range(256)) * 50})
    flipped = bytearray(whole)
    flipped[60:80] = bytes(20)
    data = {"cut": whole[:-30], "no zip": b"track,date\n", "flipped": bytes(flipped), "empty": b""}[damage]
    files, problems = opened(data)
    assert files == {}
    assert "r.zip: the zip cannot be read" in problems[0]


@pytest.mark.parametrize("name", ["../users.csv", "a/../../users.csv", "/etc/users.csv", "c:\\users.csv"])
def test_a_name_that_leads_out_of_the_folder_is_refused(name: str) -> None:
    _, problems = opened(zipped({name: b"sourcedId"}))
    assert problems == ["r.zip: entry 1 of the zip is a link or leads out of its folder; export it again"]


def test_a_link_is_refused() -> None:
    link = zipfile.ZipInfo("users.csv")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr(link, "/etc/passwd")
    assert len(opened(out.getvalue())[1]) == 1
