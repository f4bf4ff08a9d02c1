"""The licence of every package that travels, as a person read it, and which licences may be among them."""

from collections.abc import Mapping

# Those without a condition on what uses them unchanged, and three that ask for more (see COPYLEFT).
ALLOWED = frozenset(
    """
    0BSD Apache-2.0 BSD-2-Clause BSD-3-Clause CC0-1.0 CNRI-Python ISC MIT MIT-0 MIT-CMU PSF-2.0 Unlicense Zlib
    EUPL-1.1 LGPL-2.1-or-later LGPL-3.0-only MPL-2.0
    """.split()
)
COPYLEFT = {
    "nfcpy": "EUPL-1.1: unchanged, imported by the station's readers alone; no line of it is copied",
    "libusb1": "LGPL-2.1-or-later: a wheel of its own, unchanged, replaceable",
    "psycopg": "LGPL-3.0-only: only with the extra `postgres`, unchanged, replaceable",
    "psycopg-binary": "LGPL-3.0-only: as psycopg",
    "certifi": "MPL-2.0: a list of certificates, unchanged",
}
LICENCES: Mapping[str, str] = {
    name: licence
    for licence, names in {
        "0BSD": "chardet",
        "Apache-2.0": (
            "aiosignal frozenlist multidict propcache requests sqlite-fts4 sqlite-utils tzdata"
            " yarl prometheus-client"
        ),
        "Apache-2.0 AND CNRI-Python": "regex",
        "Apache-2.0 AND MIT": "aiohttp",
        "Apache-2.0 OR BSD-2-Clause": "packaging",
        "Apache-2.0 OR BSD-3-Clause": "cryptography",
        "Apache-2.0 OR MIT": "tuf securesystemslib uvloop",
        "BSD-2-Clause": "icalendar pygments xlsxwriter",
        "BSD-2-Clause AND Apache-2.0 AND MPL-2.0": "fido2",
        "BSD-3-Clause": (
            "asgiref click django idna lxml oauthlib pycparser pyserial qrcode reportlab segno sqlparse"
            " starlette uvicorn"
        ),
        "BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0": "numpy",
        "BSD-3-Clause OR Apache-2.0": "python-dateutil",
        "EUPL-1.1": "nfcpy",
        "ISC": "ndeflib",
        "LGPL-2.1-or-later": "libusb1",
        "LGPL-3.0-only": "psycopg psycopg-binary",
        "MIT": (
            "annotated-types anyio apscheduler asn1crypto attrs charset-normalizer clevercsv django-allauth"
            " django-htmx django-ninja h11 httptools markdown-it-py mdurl oscrypto pluggy"
            " pydantic pydantic-core pydes pyhanko pyhanko-certvalidator pyjwt python-calamine pyyaml"
            " rapidfuzz rich six tabulate typing-inspection tzlocal uritools urllib3 whitenoise"
        ),
        "MIT-0": "cffi",
        "MIT-CMU": "pillow",
        "MPL-2.0": "certifi",
        "PSF-2.0": "aiohappyeyeballs typing-extensions",
        "Unlicense": "click-default-group",
    }.items()
    for name in names.split()
}


def parts(expression: str) -> set[str]:
    """Return the licences an SPDX expression without brackets names."""
    return set(expression.replace(" AND ", " OR ").split(" OR "))
