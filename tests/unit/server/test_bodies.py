import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trinity.errors import InvalidRequest, Overloaded
from trinity.server.bodies import MAX_DEPTH, ByteBudget, parse_object

# Not half of a surrogate pair, which is no text.
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=50)
@given(st.dictionaries(TEXTS, VALUES, max_size=3), st.booleans())
def test_every_object_is_read_as_it_was_written(value: dict[str, object], escaped: bool) -> None:
    assert parse_object(json.dumps(value, ensure_ascii=escaped).encode()) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_an_object_or_refused(body: bytes) -> None:
    try:
        assert isinstance(parse_object(body), dict)
    except InvalidRequest as error:
        error.message.encode()


def test_depth_is_counted_from_the_outermost_object() -> None:
    inside = "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1)
    assert parse_object(f'{{"a": {inside}}}'.encode())
    with pytest.raises(InvalidRequest, match="deeper than 64"):
        parse_object(f'{{"a": [{inside}]}}'.encode())


def test_half_a_surrogate_pair_is_refused_in_names_too() -> None:
    assert parse_object(b'{"\\ud83d\\ude00": 1}') == {"\U0001f600": 1}
    with pytest.raises(InvalidRequest, match="half of a surrogate pair"):
        parse_object(b'{"a": [{"\\ud83d": 1}]}')


def test_a_budget_is_given_back() -> None:
    budget = ByteBudget(10)
    with budget.account() as first, budget.account() as second:
        first.take(6)
        with pytest.raises(Overloaded, match="memory"):
            second.take(5)
        second.take(4)
        first.clear()
        second.take(6)
        assert budget.free_bytes == 0
    assert budget.free_bytes == 10
