"""Published: small pieces of SVG as text, styled by classes and told apart by patterns, never by colour."""

from collections.abc import Iterable
from html import escape
from typing import Final

_XMLNS: Final = "http://www.w3.org/2000/svg"
_LINE: Final = 6
SHADES: Final = 5
"""How many shades there are: 0 is blank, each further one darker, and 4 is full."""


def element(tag: str, *inside: str, **attributes: str | float) -> str:
    """Return an element; `class_` is class, and `text_anchor` is text-anchor.

    What is inside is markup; plain text goes through `words`.
    """
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    told = "".join(f' {name}="{_value(value)}"' for name, value in named.items())
    return f"<{tag}{told}>{''.join(inside)}</{tag}>" if inside else f"<{tag}{told}/>"


def words(text: str) -> str:
    """Return plain text as markup."""
    return escape(text)


def label(x: float, y: float, text: str, **attributes: str | float) -> str:
    """Return a line of text whose baseline is at a point."""
    return element("text", words(text), x=x, y=y, **attributes)


def hover(inside: str, text: str) -> str:
    """Return markup that tells what it is when it is pointed at, or read aloud."""
    return element("g", element("title", words(text)), inside)


def picture(name: str, size: tuple[int, int], told: tuple[str, str], inside: Iterable[str]) -> str:
    """Return a whole picture with its title and description.

    `name` is a word of small letters, which also keeps the patterns of two pictures of a page apart.
    """
    title, about = told
    return element(
        "svg",
        element("title", words(title), id=f"{name}-title"),
        element("desc", words(about), id=f"{name}-desc"),
        element("defs", *(_pattern(name, shade) for shade in range(1, SHADES - 1))),
        *inside,
        xmlns=_XMLNS,
        class_=f"chart {name}",
        viewBox=f"0 0 {size[0]} {size[1]}",
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
    )


def shaded(name: str, shade: int, box: tuple[float, float, float, float]) -> str:
    """Return a rectangle (x, y, width, height) in one of the shades of a picture."""
    x, y, width, height = box
    fill = {0: "none", SHADES - 1: ""}.get(shade, f"url(#{name}-{shade})")
    more = {"fill": fill} if fill else {}
    return element("rect", class_=f"shade-{shade}", x=x, y=y, width=width, height=height, **more)


def _pattern(name: str, shade: int) -> str:
    """Return a pattern: dots, lines one way, lines both ways."""
    end = _LINE
    drawn = {
        1: [element("circle", class_="ink", cx=end / 2, cy=end / 2, r=1)],
        2: [element("path", class_="stroke", d=f"M0 {end}L{end} 0")],
        3: [element("path", class_="stroke", d=f"M0 {end}L{end} 0M0 0L{end} {end}")],
    }[shade]
    return element(
        "pattern",
        element("rect", class_=f"ground-{shade}", width=end, height=end, fill="none"),
        *drawn,
        id=f"{name}-{shade}",
        width=end,
        height=end,
        patternUnits="userSpaceOnUse",
    )


def _value(value: str | float) -> str:
    if isinstance(value, float):
        return f"{value:.1f}".removesuffix(".0")
    return escape(str(value), quote=True)
