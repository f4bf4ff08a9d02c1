"""Emergency kits: who saves them, what they print, and that nothing in them is read without a passphrase."""

from datetime import timedelta

import pytest

from central.domain.class_sheet import week_of
from central.errors import RefusedError
from central.kit.printing import print_sheets
from central.store.models import (
    AttendanceRecord,
    PaperKit,
    PrintedSheet,
)
from central.work import kits
from central.work.kit_hand_over import take_in
from central.work.print_sheets import print_sheets as print_at_server
from tests.fakes import kits as fakes
from tests.fakes.kits import BACK_UP, Laptop
from tests.fakes.school import MONDAY, SmallSchool, at

pytestmark = pytest.mark.django_db


def test_nothing_of_a_kit_can_be_read_without_its_passphrase(laptop: Laptop) -> None:
    algebra, _ = laptop.print_all()
    laptop.key([algebra, "p 8:31", "a", ""])
    files = list(laptop.path.parent.iterdir())
    assert len(files) == 2
    for file in files:
        data = file.read_bytes()
        for secret in (
            b"Soto",
            b"Chloe",
            b"001001",
            b"1001",
            b"Algebra",
            b"ALG1",
            b"E004",
            b"Teacher",
            b"seed",
        ):
            assert secret not in data, (file.name, secret)
        assert file.stat().st_mode & 0o077 == 0 or file == laptop.path


def test_a_withdrawn_kit_is_taken_no_more(small: SmallSchool, laptop: Laptop) -> None:
    file = laptop.key_all()
    with pytest.raises(RefusedError, match="may not change emergency kits"):
        kits.withdraw(fakes.the_kit().name, small.teacher, "lost", BACK_UP)
    with pytest.raises(RefusedError, match="say why"):
        kits.withdraw(fakes.the_kit().name, small.leader, " ", BACK_UP)
    kits.withdraw(fakes.the_kit().name, small.leader, "laptop lost on the bus", BACK_UP)
    with pytest.raises(RefusedError, match="laptop lost on the bus"):
        take_in(laptop.config, file, small.clerk, BACK_UP)
    with pytest.raises(RefusedError, match="no kit"):
        kits.withdraw(fakes.the_kit().name, small.leader, "again", BACK_UP)


def test_only_the_clerk_takes_in_and_only_the_office_saves(small: SmallSchool, laptop: Laptop) -> None:
    file = laptop.key_all()
    for staff in (small.teacher, small.leader, small.auditor):
        with pytest.raises(RefusedError, match="may not change paper sheets"):
            take_in(laptop.config, file, staff, BACK_UP)
    for staff in (small.teacher, small.auditor, small.paraeducator):
        saving = kits.Saving(staff, fakes.PASSPHRASE, bytes, fakes.CHEAP)
        with pytest.raises(RefusedError, match="may not add emergency kits"):
            kits.save(laptop.config, saving, BACK_UP)
    assert PaperKit.objects.count() == 1


def test_a_week_printed_from_the_kit_is_keyed_day_by_day(small: SmallSchool, laptop: Laptop) -> None:
    with laptop.open() as kit:
        (sheet,) = print_sheets(kit, ["ALG1-01"], week_of(MONDAY), kit.hand("E001", laptop.now))
    laptop.now = at(MONDAY + timedelta(days=5), "09:00")
    laptop.key([sheet.code.number, *["p", "a", "p"] * 5, "done", ""])
    assert take_in(laptop.config, laptop.hand_over(), small.clerk, laptop.now).records == 15
    assert set(AttendanceRecord.objects.values_list("on", flat=True)) == {
        MONDAY + timedelta(days=day) for day in range(5)
    }


def test_a_kit_prints_only_what_it_knows(laptop: Laptop) -> None:
    with laptop.open() as kit:
        teacher, clerk = kit.hand("E001", laptop.now), kit.hand("E004", laptop.now)
        assert [each.code.section for each in print_sheets(kit, (), (MONDAY, MONDAY), teacher)] == ["ALG1-01"]
        with pytest.raises(RefusedError, match="not of employee E001"):
            print_sheets(kit, ["ENG1-01"], (MONDAY, MONDAY), teacher)
        later = kit.contents.terms.last_on + timedelta(days=1)
        for on in (MONDAY - timedelta(days=7), later):
            with pytest.raises(RefusedError, match="this kit knows the days to"):
                print_sheets(kit, (), (on, on), clerk)
        sunday = MONDAY + timedelta(days=6)
        with pytest.raises(RefusedError, match="no class chosen is held"):
            print_sheets(kit, (), (sunday, sunday), clerk)
        with pytest.raises(RefusedError, match="is not in this kit"):
            kit.hand("E999", laptop.now)
        ended = kit.hand("E004", kit.contents.terms.expires_at)
        with pytest.raises(RefusedError, match="this kit ended"):
            print_sheets(kit, (), (MONDAY, MONDAY), ended)


def test_numbers_of_kits_and_of_the_server_never_meet(small: SmallSchool, laptop: Laptop) -> None:
    again = kits.save(laptop.config, kits.Saving(None, fakes.PASSPHRASE, _entropy, fakes.CHEAP), BACK_UP)
    first = PaperKit.objects.order_by("pk")[0]
    assert again.kit.first_serial == first.last_serial + 1
    print_at_server(type(small.algebra).objects.all(), (MONDAY, MONDAY), small.clerk, BACK_UP)
    assert min(PrintedSheet.objects.values_list("serial", flat=True)) == again.kit.last_serial + 1
    with laptop.open() as kit:
        for _ in range(100):
            print_sheets(kit, (), (MONDAY, MONDAY), kit.hand("E004", laptop.now))
        with pytest.raises(RefusedError, match="only 0 sheet numbers are left"):
            print_sheets(kit, (), (MONDAY, MONDAY), kit.hand("E004", laptop.now))


def _entropy(count: int) -> bytes:
    return bytes(range(7, 7 + count))
