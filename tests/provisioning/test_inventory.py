"""The room list: everything wrong with it is said at once, with row and column."""

import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioning import inventory
from provisioning.cells import COLUMNS
from provisioning.cli import main
from provisioning.errors import InventoryError, UnknownRoomError
from tests.fakes.provisioning import SSH_KEY, WIRED, WIRELESS, Desk, tree


def test_a_good_list_has_nothing_to_say(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(desk.rooms)]) == 0
    assert capsys.readouterr() == ("2 rooms read, all good\n", "")


def test_every_problem_is_reported_at_once_with_row_and_column(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {
        "station": "ST 101",
        "room": "",
        "school": "34000000",
        "hostname": "-r101.school.lan",
        "server": "http://central.school.lan/path",
        "reader": "rfid",
        "port": "COM3",
        "wifi_ssid": "a name much too long for a wireless network",
        "wifi_psk": "short",
        "wifi_country": "UK",
        "wifi_hidden": "maybe",
        "admin_ssh_key": "-----BEGIN OPENSSH PRIVATE KEY-----",
        "os": "buster",
        "locale": "en_US",
        "timezone": "pacific time",
        "keyboard": "English (US)",
        "rtc": "pcf8523",
    }
    desk.list_rooms(WIRED, wrong)
    before = tree(desk.folder)
    assert main(["plan", str(desk.rooms)]) == 1
    said = capsys.readouterr()
    lines = said.err.splitlines()
    named = {line.split(": ", 2)[1] for line in lines}
    assert named == {f"{desk.rooms} row 3, column {column}" for column in wrong}
    assert len(lines) == len(wrong)
    assert said.out == "2 rooms read, 17 problems, nothing written\n"
    assert tree(desk.folder) == before


@pytest.mark.parametrize("column", ["station", "hostname"])
def test_two_rows_may_not_share_a_name_whatever_its_capitals(desk: Desk, column: str) -> None:
    second = WIRED | {column: WIRELESS[column].upper() if column == "hostname" else WIRELESS[column]}
    desk.list_rooms(WIRELESS, second)
    found = inventory.read(desk.rooms).problems
    assert [(problem.row, problem.column) for problem in found] == [(2, column), (3, column)]


def test_the_wireless_key_is_never_repeated_in_a_message(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.list_rooms(WIRELESS | {"wifi_psk": "geheim"})
    assert main(["plan", str(desk.rooms)]) == 1
    said = capsys.readouterr()
    assert "wifi_psk: has 6 letters" in said.err
    assert "geheim" not in said.err + said.out


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("school", "01612340123456"),
        ("timezone", "America/Los_Angeles"),
        ("locale", "es_US.UTF-8"),
        ("os", "bookworm"),
        ("wifi_hidden", "yes"),
        ("hostname", "a" * 63),
        ("hostname", "1a"),
        ("server", "https://10.0.0.5:8443"),
        ("server", "http://127.0.0.1:8081"),
        ("server", "http://[::1]:8081"),
        ("wifi_psk", "x" * 8),
        ("wifi_psk", "x" * 63),
        ("wifi_psk", "0F" * 32),
        ("wifi_ssid", "é" * 16),
    ],
)
def test_the_edges_of_what_a_cell_may_be_are_inside(desk: Desk, column: str, cell: str) -> None:
    desk.list_rooms(WIRELESS | {column: cell})
    assert inventory.read(desk.rooms).complaints == []


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("station", "r_101"),
        ("station", "a" * 33),
        ("school", "1612340123456"),  # a spreadsheet took the leading zero of 01612340123456
        ("school", "3.40E+13"),  # and here it took nearly everything
        ("school", "99000000123456"),  # California has 58 counties
        ("hostname", "localhost"),
        ("room", "#REF!"),
        ("port", "usb"),
        ("hostname", "a" * 64),
        ("hostname", "r101-"),
        ("server", "https://central.school.lan/"),
        ("server", "https://user:secret@central"),
        ("server", "http://10.0.0.5"),
        ("server", "https://central:99999"),
        ("server", "central.school.lan"),
        ("port", "/dev/../etc/passwd"),
        ("wifi_psk", "x" * 7),
        ("wifi_psk", "x" * 65),
        ("wifi_psk", "passwört lang"),
        ("wifi_ssid", "é" * 17),
        ("wifi_ssid", "tab\there"),
        ("wifi_country", "us"),
        ("admin_ssh_key", "ssh-ed25519 AAAA"),
        ("admin_ssh_key", "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAABAgME"),
    ],
)
def test_the_edges_of_what_a_cell_may_not_be_are_outside(desk: Desk, column: str, cell: str) -> None:
    desk.list_rooms(WIRELESS | {column: cell})
    assert [problem.column for problem in inventory.read(desk.rooms).problems] == [column]


@pytest.mark.parametrize("left_out", ["wifi_ssid", "wifi_psk", "wifi_country"])
def test_a_room_on_wifi_needs_name_key_and_country(desk: Desk, left_out: str) -> None:
    desk.list_rooms(WIRELESS | {left_out: ""})
    assert [problem.column for problem in inventory.read(desk.rooms).problems] == [left_out]


def test_a_list_saved_by_a_spreadsheet_of_another_country_reads_the_same(desk: Desk) -> None:
    plain = inventory.read(desk.list_rooms(WIRED))
    text = desk.rooms.read_text(encoding="utf-8").replace('","', '";"').replace("\n", "\r\n")
    desk.rooms.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert inventory.read(desk.rooms) == plain


def test_toml_and_csv_give_the_same_room(desk: Desk) -> None:
    file = desk.folder / "rooms.toml"
    pairs = "\n".join(f"{name} = '''{cell}'''" for name, cell in WIRELESS.items())
    file.write_text(f"[[rooms]]\n{pairs}\n", encoding="utf-8")
    assert inventory.read(file).room("R101") == inventory.read(desk.rooms).room("R101")


def test_toml_mistakes_are_named_by_room_and_key(desk: Desk) -> None:
    file = desk.folder / "rooms.toml"
    pairs = "\n".join(f'{name} = "{cell}"' for name, cell in WIRED.items() if name != "school")
    file.write_text(f"[[rooms]]\n{pairs}\nschool = 34000000123456\ncolour = 'red'\n", encoding="utf-8")
    assert [(problem.row, problem.column) for problem in inventory.read(file).problems] == [
        (2, "school"),
        (2, "colour"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "row 1, column station: is missing"),
        (b"station,room\n", "row 1, column server: is missing"),
        (b"station,station,room,school,hostname,server,reader\n", "column station: stands there twice"),
        (b"station,room,school,hostname,server,reader,wifi-psk\n", "wifi-psk: is unknown; write 'wifi_psk'"),
        (b"station,room,school,hostname,server,reader\n", "lists no room"),
        ("station,room\nst-1,Säle\n".encode("latin-1"), "not UTF-8"),
        (b'station,room,school,hostname,server,reader\n"st-1"x,R1\n', "check the quotation marks"),
    ],
)
def test_a_file_that_is_no_room_list_is_refused_whole(desk: Desk, content: bytes, said: str) -> None:
    desk.rooms.write_bytes(content)
    with pytest.raises(InventoryError) as refusal:
        inventory.read(desk.rooms)
    assert said in "\n".join(refusal.value.lines)
    assert refusal.value.exit_code == 78


def test_a_row_with_too_many_cells_is_a_problem_of_that_row_alone(desk: Desk) -> None:
    text = desk.list_rooms(WIRELESS, WIRED).read_text(encoding="utf-8")
    desk.rooms.write_text(text.rstrip("\n") + ',"","stray"\n', encoding="utf-8")
    assert [problem.row for problem in inventory.read(desk.rooms).problems] == [3]


def test_a_missing_list_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", str(tmp_path / "rooms.csv")]) == 78
    assert "cannot read" in capsys.readouterr().err


def test_a_problem_in_another_row_does_not_stand_in_the_way_of_a_good_room(desk: Desk) -> None:
    desk.list_rooms(WIRELESS | {"reader": "rfid"}, WIRED)
    rooms = inventory.read(desk.rooms)
    assert rooms.room("R102").station == "st-r102"
    with pytest.raises(InventoryError):
        rooms.room("R101")


def test_a_room_with_two_stations_must_be_named_by_the_station(desk: Desk) -> None:
    desk.list_rooms(WIRELESS, WIRED | {"room": "R101"})
    rooms = inventory.read(desk.rooms)
    with pytest.raises(UnknownRoomError, match=r"st-r101, st-r102"):
        rooms.room("R101")
    assert rooms.room("st-r102").station == "st-r102"


def test_a_lost_zero_is_put_back_in_the_remedy(desk: Desk) -> None:
    desk.list_rooms(WIRELESS | {"school": "1612340123456"})
    (problem,) = inventory.read(desk.rooms).problems
    assert "'01612340123456'" in problem.what


def test_the_rows_below_a_wrong_header_are_looked_at_all_the_same(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    text = desk.list_rooms(WIRELESS | {"station": "ST 101"}, WIRED | {"reader": "rfid"}).read_text("utf-8")
    desk.rooms.write_text(text.replace('"server"', '"central"', 1), encoding="utf-8")
    assert main(["plan", str(desk.rooms)]) == 1
    places = [line.split(": ")[1].split(" ", 1)[1] for line in capsys.readouterr().err.splitlines()]
    assert places == [
        "row 1, column central",
        "row 1, column server",
        "row 2, column station",
        "row 3, column reader",
    ]
    # And no bundle is made of it, not even of a row that is well.
    with pytest.raises(InventoryError):
        inventory.read(desk.rooms).rooms()


def test_a_row_of_another_school_is_a_mistyped_one(desk: Desk) -> None:
    third = WIRED | {"station": "st-r103", "hostname": "st-r103"}
    desk.list_rooms(WIRELESS, WIRED | {"school": "34000000123465"}, third)
    assert [(each.row, each.column) for each in inventory.read(desk.rooms).problems] == [(3, "school")]


def test_a_row_after_one_of_two_lines_keeps_the_number_the_spreadsheet_shows(desk: Desk) -> None:
    desk.list_rooms(WIRELESS | {"room": "Two\nlines"}, WIRED | {"reader": "rfid"})
    assert [(each.row, each.column) for each in inventory.read(desk.rooms).problems] == [
        (2, "room"),
        (3, "reader"),
    ]


def test_a_quotation_mark_never_closed_is_looked_for_where_it_was_opened(desk: Desk) -> None:
    text = desk.list_rooms(WIRELESS, WIRED).read_text("utf-8")
    desk.rooms.write_text(text.rstrip()[:-1] + '"x,\n' * 3, encoding="utf-8")
    with pytest.raises(InventoryError, match=r"after row 2: .*check the quotation marks"):
        inventory.read(desk.rooms)


def test_all_rooms_are_the_list_in_its_order(desk: Desk) -> None:
    rooms = inventory.read(desk.rooms)
    assert [each.station for each in rooms.rooms()] == ["st-r101", "st-r102"]
    assert rooms.rooms(["R102", "st-r101"]) == rooms.rooms()


def test_a_name_after_the_key_of_an_admin_goes_on_no_card(desk: Desk) -> None:
    assert inventory.read(desk.rooms).room("R101").admin_ssh_key == " ".join(SSH_KEY.split()[:2])


@given(st.lists(st.lists(st.text(max_size=6), max_size=8), max_size=6))
def test_whatever_stands_in_a_list_is_a_problem_and_never_a_crash(lines: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rooms.csv"
        header = ",".join(column.name for column in COLUMNS)
        file.write_text("\n".join([header, *map(",".join, lines)]), encoding="utf-8")
        with suppress(InventoryError):
            rooms = inventory.read(file)
            assert {problem.row for problem in rooms.problems} == {row.number for row in rooms.rows}
