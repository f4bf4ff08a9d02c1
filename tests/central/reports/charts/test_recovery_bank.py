"""The chart of the recovery bank: bars to scale, the cap, and nothing a name could break."""

import re
from xml.etree import ElementTree as ET

from central.reports.charts.recovery_bank import Bar, Words, recovery_bank

WORDS = Words("Bank", "days used", "days waiting", "the cap")
SVG = "{http://www.w3.org/2000/svg}"


def drawn(*bars: Bar, cap: int = 10) -> ET.Element:
    return ET.fromstring(recovery_bank(bars, cap, WORDS))  # noqa: S314  our own drawing


def widths(svg: ET.Element, kind: str) -> list[float]:
    return [float(bar.attrib["width"]) for bar in svg.iter(f"{SVG}rect") if bar.attrib["class"] == kind]


def test_bars_are_to_scale_and_end_at_the_cap_when_full() -> None:
    svg = drawn(Bar("Soto, Ana", 10, 0), Bar("Soto, Ben", 2, 3))
    assert widths(svg, "used") == [400.0, 80.0]
    assert widths(svg, "waiting") == [120.0]
    (cap,) = (line for line in svg.iter(f"{SVG}line") if line.attrib["class"] == "cap")
    ana = next(bar for bar in svg.iter(f"{SVG}rect"))
    assert float(cap.attrib["x1"]) == float(ana.attrib["x"]) + 400


def test_more_days_than_the_cap_stay_inside_the_drawing() -> None:
    svg = drawn(Bar("Soto, Ana", 10, 30))
    assert sum((*widths(svg, "used"), *widths(svg, "waiting"))) == 400


def test_a_name_is_text_and_never_markup() -> None:
    svg = drawn(Bar('<script>"&', 1, 0))
    assert [text.text for text in svg.iter(f"{SVG}text") if text.attrib["class"] == "label"] == ['<script>"&']
    assert "<script" not in recovery_bank([Bar("<script>", 1, 0)], 10, WORDS)


def test_nothing_is_styled_but_by_classes() -> None:
    assert not re.search(r"style=|fill=|stroke=", recovery_bank([Bar("Soto, Ana", 1, 1)], 10, WORDS))
    assert widths(drawn(), "used") == []
