"""The plugin the documents give to IT brings the very queries, columns and fields the program uses."""

import re
from xml.etree import ElementTree as ET

from central.config import PowerSchoolConfig
from central.exchange.powerschool.ids import QUERIES
from tests.health import source
from tests.powerschool import queries

TOLD = source.text("docs/howto/it-powerschool.md")
PLUGIN, NAMED = (
    ET.fromstring(block.partition("?>")[2] or block)  # noqa: S314  our own document
    for block in re.findall(r"```xml\n(.*?)```", TOLD, re.DOTALL)
)
PREFIX = PowerSchoolConfig.__dataclass_fields__["queries"].default


def test_each_query_is_there_and_takes_and_gives_what_is_asked_for() -> None:
    by_name = {query.get("name", ""): query for query in NAMED.iter("query")}
    assert set(by_name) == {f"{PREFIX}.{kind}" for kind in QUERIES}
    for name, query in by_name.items():
        given = {column.text for column in query.iter("column")}
        made = queries.columns(name.rpartition(".")[2]) - {"changed_by"}
        assert made <= given, name
        arguments = {arg.get("name") for arg in query.iter("arg")}
        text = query.findtext("sql") or ""
        assert arguments == set(re.findall(r":([a-z]+)", text)) == queries.ARGUMENTS, name
        assert "ORDER BY" in text, name


def test_the_plugin_asks_for_every_field_a_query_reads() -> None:
    fields = {
        f"{field.get('table')}.{field.get('field')}"
        for field in PLUGIN.iter("{http://plugin.powerschool.pearson.com}field")
    }
    read = {column.get("column", "") for column in NAMED.iter("column")}
    assert read <= fields
    assert sum(1 for _ in PLUGIN.iter("{http://plugin.powerschool.pearson.com}oauth")) == 1
