from __future__ import annotations

import re
from datetime import date
from gettext import c2py

import pytest
from babel import localedata
from hexapla import cldr

LANGUAGES = [code for code in localedata.locale_identifiers() if "_" not in code]


def test_plural_forms_of_every_language_agree_with_cldr() -> None:
    """Python's own gettext computes from the header what CLDR's rule gives, for all languages of CLDR."""
    assert len(LANGUAGES) > 200
    for code in LANGUAGES:
        match = re.fullmatch(r"nplurals=(\d+); plural=(.*);", cldr.plural_forms(code))
        assert match, code
        assert int(match[1]) == len(cldr.plural_samples(code))
        plural = c2py(match[2])
        for number in (*range(1100), 10**6, 10**6 + 1, 2 * 10**6, 5 * 10**6 + 3):
            assert plural(number) == cldr.plural_index(number, code), (code, number)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("en", "nplurals=2; plural=(n == 1 ? 0 : 1);"),
        ("hi", "nplurals=2; plural=(n == 0 || n == 1 ? 0 : 1);"),
        ("sw", "nplurals=2; plural=(n == 1 ? 0 : 1);"),
        ("is", "nplurals=2; plural=(n % 10 == 1 && !(n % 100 == 11) ? 0 : 1);"),
        ("ja", "nplurals=1; plural=(0);"),
    ],
)
def test_plural_forms(code: str, expected: str) -> None:
    assert cldr.plural_forms(code) == expected


@pytest.mark.parametrize(
    ("code", "name", "day", "tag"),
    [
        ("en", "English", "November 22, 2026", "en_US"),
        ("fr", "Français", "22 novembre 2026", "fr_FR"),
        ("de", "Deutsch", "22. November 2026", "de_DE"),
        ("is", "Íslenska", "22. nóvember 2026", "is_IS"),
        ("hi", "हिन्दी", "22 नवंबर 2026", "hi_IN"),
        ("sw", "Kiswahili", "22 Novemba 2026", "sw_TZ"),
        ("en-GB", "English (United Kingdom)", "22 November 2026", "en_GB"),
    ],
)
def test_names_dates_and_tags(code: str, name: str, day: str, tag: str) -> None:
    found = (cldr.language_name(code), cldr.format_date(date(2026, 11, 22), code), cldr.territory_tag(code))
    assert found == (name, day, tag)


def test_numbers_and_lists() -> None:
    assert cldr.format_number(1234567, "hi") == "12,34,567"
    assert cldr.format_list(["A", "B", "C"], "de") == "A, B und C"


@pytest.mark.parametrize("code", ["xx", "", "english", "e", "fr_XX_YY_ZZ"])
def test_unknown_locale(code: str) -> None:
    with pytest.raises(ValueError, match="CLDR knows no locale"):
        cldr.parse(code)
