"""Identity codes: the examples printed in the coding rules, and what a single wrong key does to them."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis import codes, data

PRINTED = ["91130200699229617X", "911302307808371268"]
PRINTED_PERMITS = ["91130200699229617X001P", "91130200699229617X002P"]

stems = st.builds(
    "{}{:06d}{}".format,
    st.sampled_from(["91", "92", "93", "12", "N2"]),
    st.integers(0, 999_999),
    st.text(codes.ALPHABET, min_size=8, max_size=8),
)


def completed(stem):
    """One credit code of one stem."""
    return codes.complete_credit_codes(pd.Series([stem])).iloc[0]


@pytest.mark.parametrize("code", PRINTED)
def test_printed_credit_codes_are_valid_and_follow_from_their_stem(code):
    """The two examples of the permit coding rules pass both checks and are rebuilt from their first 16 characters."""
    assert codes.credit_code_valid(code)
    assert completed(code[:16]) == code


@settings(max_examples=60, deadline=None)
@given(stem=stems, data=st.data())
def test_no_single_wrong_character_passes(stem, data):
    """The outer check is a code over a prime: every substitution of one character is found."""
    code = completed(stem)
    assert codes.credit_code_valid(code)
    place = data.draw(st.integers(0, 17))
    other = data.draw(st.sampled_from([one for one in codes.ALPHABET if one != code[place]]))
    assert not codes.credit_code_valid(code[:place] + other + code[place + 1 :])


@settings(max_examples=60, deadline=None)
@given(stem=stems, place=st.integers(0, 16))
def test_no_swap_of_two_neighbours_passes(stem, place):
    """Two neighbours typed in the wrong order are found, unless they are alike."""
    code = completed(stem)
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert codes.credit_code_valid(swapped) == (swapped == code)


def test_inner_check_is_tested_apart_from_the_outer():
    """A wrong organisation code under a right outer check character is still wrong."""
    body = PRINTED[0][:16] + "0"
    values = [codes.ALPHABET.index(one) * pow(3, place, 31) for place, one in enumerate(body)]
    assert not codes.credit_code_valid(body + codes.ALPHABET[(31 - sum(values) % 31) % 31])


@pytest.mark.parametrize(
    "code",
    [
        "",
        "91130200699229617",
        "91130200699229617XX",
        "91130200699229617x",
        "９1130200699229617X",
        "9113020069922961七X",
    ],
)
def test_other_lengths_and_characters_are_invalid(code):
    """Too short, too long, small letters, full-width digits and Chinese characters."""
    assert not codes.credit_code_valid(code)


def test_columns_keep_their_index_and_nulls_pass():
    """Whether a code may be missing is the schema's business."""
    column = pd.Series([PRINTED[0], None, "x"], index=[7, 7, 3])
    assert codes.credit_codes_valid(column).tolist() == [True, True, False]
    assert codes.credit_codes_valid(column).index.tolist() == [7, 7, 3]
    assert codes.credit_codes_valid(column.iloc[:0]).tolist() == []


def test_stem_of_other_length_is_refused():
    """A stem that cannot be completed is the programmer's mistake."""
    with pytest.raises(ValueError, match="16 characters"):
        codes.complete_credit_codes(pd.Series(["911302006992296"]))


def test_permit_numbers():
    """Printed examples pass; a wrong credit code inside, a letter in the sequence, or a small letter do not."""
    good = [*PRINTED_PERMITS, "911302307808371268001W", None]
    bad = ["91130200699229617Y001P", "91130200699229617X0O1P", "91130200699229617X001p", "91130200699229617X01P", ""]
    assert codes.permit_nos_valid(pd.Series(good)).all()
    assert not codes.permit_nos_valid(pd.Series(bad)).any()


def test_numbers_of_the_trial_rules_pass_and_are_told_apart():
    """Trial numbers end in a digit or begin with H9."""
    numbers = pd.Series([PRINTED_PERMITS[0], "91130200699229617X0017", "H9230100AB12CD34EF5601"])
    assert codes.permit_nos_valid(numbers).all()
    assert codes.permit_nos_of_trial(numbers).tolist() == [False, True, True]


@pytest.mark.parametrize(
    "typed",
    [
        "9113O200699229617X",
        "9II30200699229617X",
        "91130200699229617x",
        "９1130200 699229617X",
    ],
)
def test_suggestions_lead_back_to_what_was_meant(typed):
    """O for 0, I for 1, small letters, full-width digits and spaces."""
    assert codes.suggestions(pd.Series([typed])).tolist() == [PRINTED[0]]


def test_codes_cut_by_a_spreadsheet_are_known():
    """Fifteen digits and zeros, or a number with an exponent; a whole code is neither."""
    texts = pd.Series(["911302307808371000", "9.11302307808371E+17", "9.113E+17", *PRINTED, "", None])
    assert codes.rounded_by_spreadsheet(texts).tolist() == [True, True, True, False, False, False, False]


def test_divisions_are_those_of_the_public_table():
    """13 prefectures and 121 county-level units, each in a prefecture of its own first four digits."""
    prefectures = codes.prefectures()
    assert len(prefectures) == 13
    assert prefectures["232700"] == "大兴安岭地区"
    assert sum(len(codes.counties(code)) for code in prefectures) == 121
    assert len(codes.counties("230600")) == 9
    assert codes.prefecture_of("230622") == "230600"


def test_heavy_kinds_go_by_prefix():
    """Thermal power is heavy, heat supply is not, and the leading zero of coal counts."""
    assert codes.is_heavy(pd.Series(["4412", "4430", "0610", "610", "2614", "0313", None])).tolist() == [
        True,
        False,
        True,
        False,
        True,
        False,
        False,
    ]


def test_industry_codes_are_text_of_four_digits():
    """Leading zeros stay."""
    assert codes.industries()["0313"] == "猪的饲养"
    assert all(len(code) == 4 and code.isdigit() for code in codes.industries())


def test_suggestions_mend_all_letters_like_digits_but_the_mark():
    """S and Z stand in no credit code, yet end many a receipt's number."""
    texts = pd.Series(["9113O2OO699229617X", "9II302307808371268", "9113023078083712 68", "91130200699229617XOOIS"])
    assert codes.suggestions(texts).tolist() == [
        "91130200699229617X",
        "911302307808371268",
        "911302307808371268",
        "91130200699229617X001S",
    ]


@pytest.mark.parametrize("number", ["DA001", "DW012", "TA001", "TW003", "TS001", "MF0001"])
def test_facility_numbers_are_valid(number):
    """Outlets, treatment and production."""
    assert codes.facilities_valid(pd.Series([number])).all()


@pytest.mark.parametrize("number", ["DX001", "DA1", "DA0001", "MF001", "da001", ""])
def test_other_facility_numbers_are_not(number):
    """A wrong letter, too few digits, too many."""
    assert not codes.facilities_valid(pd.Series([number])).any()


def test_industry_sections_follow_the_standard():
    """First and last division of some sections; what is beyond 97 is nothing."""
    texts = pd.Series(["01", "0590", "06", "13", "4360", "44", "8590", "97", "98", "00", "x", None])
    assert codes.industry_sections(texts).tolist() == ["A", "A", "B", "C", "C", "D", "Q", "T", "", "", "", ""]


def test_former_divisions_have_their_successors():
    """Every former county of the table, and no current one; the successor exists and lies in the same prefecture."""
    divisions = pd.DataFrame(data.rows("divisions"))
    former = divisions.loc[divisions["status"] == "former", "code"]
    current = set(divisions.loc[divisions["status"] == "current", "code"])
    for code in former:
        assert codes.current_division(code) in current
        assert codes.prefecture_of(codes.current_division(code)) == codes.prefecture_of(code)
    assert all(codes.current_division(code) == code for code in current)
    assert codes.division_name("230708") == "美溪区"
    assert codes.division_name("110000") == "110000"


def test_the_two_counties_called_xiangyang_are_told_by_their_prefecture():
    """A name alone says nothing; a former name gives the current division."""
    assert codes.county_named("向阳区", "230400") == "230402"
    assert codes.county_named("佳木斯市向阳区", "230800") == "230803"
    assert codes.county_named("230803", "230800") == "230803"
    assert codes.county_named("向阳区", "230100") == ""
    assert codes.county_named("伊春市美溪区", "230700") == "230717"
    assert codes.county_named("友好区", "230700") == "230719"
