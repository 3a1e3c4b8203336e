"""Identity codes: who a unit is (credit code, permit number), where (division) and what trade (industry).

Sources: GB 32100-2015 (unified social credit code), GB 11714-1997 (the organisation code inside it), HJ 608-2017
(permit number of a pollution source), GB/T 2260 (divisions), GB/T 4754-2017 (industries).
"""

import unicodedata

import numpy as np
import numpy.typing as npt
import pandas as pd

from gis import data

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of a credit code; I, O, S, V and Z are left out because they look like digits."""

CREDIT_CODE_LENGTH = 18
PERMIT_NO_LENGTH = 22

_ORGANISATION_CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_CHECKS = "0123456789X"
_CREDIT_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)])
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_ORGANISATION = slice(8, 16)
_DIVISION = slice(2, 8)
_TRIAL_PREFIX = "H9"
_LOOKALIKES = str.maketrans("OISZ", "0152")
_FACILITY = r"D[AW]\d{3}|T[AWS]\d{3}|MF\d{4}"
_SECTION_SIZES = dict(
    zip("ABCDEFGHIJKLMNOPQRST", (5, 7, 31, 3, 4, 2, 8, 2, 3, 4, 1, 2, 3, 4, 3, 1, 2, 5, 6, 1), strict=True)
)
_SECTIONS = np.array(["", *"".join(letter * size for letter, size in _SECTION_SIZES.items())])

_Matrix = npt.NDArray[np.int64]


def _lookup(characters: str) -> _Matrix:
    table = np.full(129, -1)
    table[[ord(character) for character in characters]] = np.arange(len(characters))
    return table


_CREDIT_VALUES = _lookup(ALPHABET)
_ORGANISATION_VALUES = _lookup(_ORGANISATION_CHARACTERS)


def credit_code_valid(code: str) -> bool:
    """Return whether a credit code has the right length, characters and both check characters."""
    return bool(credit_codes_valid(pd.Series([code])).iloc[0])


def credit_codes_valid(codes: pd.Series) -> pd.Series:
    """Return for each credit code whether it is well formed and both its check characters are right.

    Parameters
    ----------
    codes : Series of str
        18 characters each; nulls pass, since whether a code may be missing is the schema's business.

    Returns
    -------
    Series of bool
        Index as ``codes``.

    Notes
    -----
    GB 32100-2015: character 18 is (31 - sum of value times 3**(i-1) mod 31) mod 31 in ``ALPHABET``. Characters 9 to 17
    are an organisation code (GB 11714) with a check character of its own: 11 - sum mod 11, where 10 is X and 11 is 0.
    """
    letters = _letters(codes, CREDIT_CODE_LENGTH)
    values = _CREDIT_VALUES[letters]
    digits = _CREDIT_VALUES[letters[:, _DIVISION]] < 10  # noqa: PLR2004 - the first ten of the alphabet are digits
    well_formed = (values >= 0).all(axis=1) & digits.all(axis=1)
    right = (values[:, 17] == _credit_checks(values[:, :17])) & (
        letters[:, 16] == _organisation_checks(letters[:, _ORGANISATION])
    )
    return pd.Series(well_formed & right, index=codes.index) | codes.isna()


def permit_nos_valid(numbers: pd.Series) -> pd.Series:
    """Return for each permit number whether it is well formed.

    Parameters
    ----------
    numbers : Series of str
        22 characters each: credit code, sequence of three digits, mark. Nulls pass: not every site has a permit.

    Returns
    -------
    Series of bool
        Index as ``numbers``.

    Notes
    -----
    HJ 608-2017 ends in a capital letter. Numbers of the trial rules of 2016 end in a check character, which may be a
    digit, or begin with H9 where the unit had no credit code; they are still about, so they pass: see
    ``permit_nos_of_trial``.
    """
    text = numbers.fillna("").astype(str)
    ours = credit_codes_valid(text.str[:CREDIT_CODE_LENGTH]) & text.str.fullmatch(r".{18}\d{3}[0-9A-Z]")
    trial = text.str.fullmatch(rf"{_TRIAL_PREFIX}\d{{6}}[0-9A-Z]{{14}}")
    return ours | trial | numbers.isna()


def permit_nos_of_trial(numbers: pd.Series) -> pd.Series:
    """Return for each valid permit number whether it follows the trial rules of 2016 rather than HJ 608-2017."""
    text = numbers.fillna("").astype(str)
    return text.str.startswith(_TRIAL_PREFIX) | text.str.fullmatch(r".{21}\d")


def facilities_valid(numbers: pd.Series) -> pd.Series:
    """Return for each facility number of a permit whether it is well formed; nulls pass.

    Outlets DA001 (air) and DW001 (water), treatment TA001, TW001 and TS001 (solid waste), production MF0001 (HJ 608 and
    the permits' own numbering).
    """
    return numbers.fillna("").astype(str).str.fullmatch(_FACILITY) | numbers.isna()


def complete_credit_codes(stems: pd.Series) -> pd.Series:
    """Return credit codes made of 16-character stems: authority, kind, division (6), organisation (8).

    Raises
    ------
    ValueError
        If a stem has another length or a character outside ``ALPHABET``.
    """
    letters = _letters(stems, _ORGANISATION.stop)
    if (_CREDIT_VALUES[letters] < 0).any():
        raise ValueError(f"a stem has {_ORGANISATION.stop} characters of {ALPHABET}")
    with_inner = np.column_stack([letters, _organisation_checks(letters[:, _ORGANISATION])])
    outer = _credit_checks(_CREDIT_VALUES[with_inner])
    alphabet = np.array([ord(character) for character in ALPHABET])
    whole = np.column_stack([with_inner, alphabet[outer]]).astype(np.uint32)
    return pd.Series(whole.view(f"<U{CREDIT_CODE_LENGTH}")[:, 0], index=stems.index, dtype=str)


def suggestions(texts: pd.Series) -> pd.Series:
    """Return what a mistyped code may have meant: half-width, no spaces, capitals, a digit for a letter like it.

    O, I, S and Z, which no credit code holds, become 0, 1, 5 and 2; the mark at the end of a permit number is a letter
    and stays. The result is a proposal to show, not a repair: check it with ``credit_codes_valid`` and let a person
    decide.
    """
    plain = texts.fillna("").map(lambda text: unicodedata.normalize("NFKC", text)).astype(str)
    plain = plain.str.replace(r"\s", "", regex=True).str.upper()
    return (
        plain.str[: PERMIT_NO_LENGTH - 1].map(lambda text: text.translate(_LOOKALIKES))
        + plain.str[PERMIT_NO_LENGTH - 1 :]
    )


def rounded_by_spreadsheet(texts: pd.Series) -> pd.Series:
    """Return for each text whether it looks like a long number that a spreadsheet cut to 15 digits.

    Spreadsheets keep numbers in 15 digits: an all-digit code of 18 then ends in 000, or reads 9.113E+17. The lost
    digits cannot be had back.
    """
    return texts.fillna("").str.fullmatch(r"[1-9]\d{14}0{3,7}|\d(\.\d+)?[Ee]\+?(1[5-9]|2\d)")


def prefecture_of(code: str) -> str:
    """Return the prefecture's division code (six digits, the last two 00) of any division code."""
    return code[:4] + "00"


def prefectures() -> dict[str, str]:
    """Return the Chinese names of the 13 prefecture-level divisions by code."""
    return {row["code"]: row["name_zh"] for row in data.rows("divisions") if row["level"] == "prefecture"}


def province_name() -> str:
    """Return the Chinese name of the province, which stands in front of many a division's name."""
    return next(row["name_zh"] for row in data.rows("divisions") if row["level"] == "province")


def division_names() -> list[tuple[str, str]]:
    """Return pairs of name and code for all prefectures and counties, former ones and short names among them.

    Names repeat: two prefectures may have a county of one name.
    """
    below = [row for row in data.rows("divisions") if row["level"] != "province"]
    return [(name, row["code"]) for row in below for name in (row["name_zh"], row["short_zh"]) if name]


def division_name(code: str) -> str:
    """Return the Chinese name of a division, former or current; the code itself if it is not of this province."""
    return next((row["name_zh"] for row in data.rows("divisions") if row["code"] == code), code)


def current_division(code: str) -> str:
    """Return the division that took the place of a former one (gis/data/division_changes.csv); others stay."""
    return next((row["current"] for row in data.rows("division_changes") if row["former"] == code), code)


def county_named(text: str, prefecture: str) -> str:
    """Return the county-level code for a name or code within a prefecture, "" where there is none.

    The prefecture is needed: two have a county called Xiangyang. A former name or code gives the current division.
    """
    plain = "".join(text.split())
    mine = [
        row for row in data.rows("divisions") if row["level"] == "county" and prefecture_of(row["code"]) == prefecture
    ]
    found = [row for row in mine if row["code"] == plain[:6] or plain.endswith(row["name_zh"])]
    found.sort(key=lambda row: (-len(row["name_zh"]), row["status"] == "former"))
    return current_division(found[0]["code"]) if found else ""


def counties(prefecture: str) -> list[str]:
    """Return the codes of the county-level divisions of a prefecture that exist today, in order."""
    return [
        row["code"]
        for row in data.rows("divisions")
        if row["level"] == "county" and row["status"] == "current" and prefecture_of(row["code"]) == prefecture
    ]


def industries() -> dict[str, str]:
    """Return the Chinese names of the shipped part of GB/T 4754-2017 by four-digit code."""
    return {row["code"]: row["name_zh"] for row in data.rows("industries")}


def industry_sections(industry_codes: pd.Series) -> pd.Series:
    """Return the section (A to T) of each industry code by its first two digits; "" where there is no such division.

    GB/T 4754-2017 has 97 divisions in 20 sections.
    """
    numbers = pd.to_numeric(industry_codes.fillna("").astype(str).str[:2], errors="coerce").fillna(0)
    known = numbers.where(numbers < len(_SECTIONS), 0).astype("int64")
    return pd.Series(_SECTIONS[known], index=industry_codes.index, dtype=str)


def is_heavy(industry_codes: pd.Series) -> pd.Series:
    """Return for each industry code whether it belongs to the heavily polluting kinds (gis/data/heavy.csv)."""
    prefixes = tuple(row["prefix"] for row in data.rows("heavy"))
    return industry_codes.fillna("").astype(str).str.startswith(prefixes)


def _letters(texts: pd.Series, length: int) -> _Matrix:
    """Return code points, (n, length); a text of another length becomes a row of 128, which no alphabet holds."""
    text = texts.fillna("").astype(str).to_numpy(dtype=object)
    fitting = np.array([one if len(one) == length else "\x80" * length for one in text], dtype=f"<U{length}")
    points = fitting.view(np.uint32).reshape(len(text), length)
    return np.minimum(points, 128).astype(np.int64)


def _credit_checks(values: _Matrix) -> _Matrix:
    checks: _Matrix = (31 - (values @ _CREDIT_WEIGHTS) % 31) % 31
    return checks


def _organisation_checks(letters: _Matrix) -> _Matrix:
    """Return the check character of eight-character organisation codes as a code point."""
    places = (11 - (_ORGANISATION_VALUES[letters] @ _ORGANISATION_WEIGHTS) % 11) % 11
    checks: _Matrix = np.array([ord(character) for character in _ORGANISATION_CHECKS])[places]
    return checks
