from hypothesis import given
from hypothesis import strategies as st

from tests.unit.engine.fakes import END_THINK, EOS, THINK, TOOL_CALLS, ByteTokenizer, ids
from trinity.engine.text import TextStream
from trinity.types import Phase


def pieces(text: str, *stop: str, phase: Phase = Phase.ANSWER) -> tuple[list[str], TextStream]:
    stream = TextStream(ByteTokenizer(), stop)
    out = []
    for token in ids(text):
        out.append(stream.push(token, phase))
        if stream.found_stop is not None:
            return out, stream
    return [*out, stream.finish()], stream


def test_text_comes_out_at_once_without_stop_strings() -> None:
    assert pieces("abc")[0] == ["a", "b", "c", ""]


def test_a_character_comes_out_when_it_is_whole() -> None:
    assert pieces("é!")[0] == ["", "é", "!", ""]


def test_half_a_character_at_the_end_is_replaced() -> None:
    stream = TextStream(ByteTokenizer(), ())
    assert stream.push(ids("é")[0], Phase.ANSWER) == ""
    assert stream.push(EOS, Phase.ANSWER) == "\ufffd"


def test_what_may_begin_a_stop_string_is_held_back() -> None:
    out, stream = pieces("xENyEND", "END")
    assert out == ["x", "", "", "ENy", "", "", ""]
    assert stream.found_stop is not None


def test_what_was_held_back_comes_out_at_the_end_and_at_a_marker() -> None:
    assert pieces("aEN", "END")[0] == ["a", "", "", "EN"]
    stream = TextStream(ByteTokenizer(), ("END",))
    stream.push(ids("E")[0], Phase.ANSWER)
    assert stream.push(TOOL_CALLS, Phase.TOOL_CALL) == "E"


def test_thinking_and_tool_calls_are_not_searched() -> None:
    for phase in (Phase.THINKING, Phase.TOOL_CALL):
        out, stream = pieces("xENDy", "END", phase=phase)
        assert "".join(out) == "xENDy"
        assert stream.found_stop is None


def test_a_stop_string_may_span_no_marker() -> None:
    stream = TextStream(ByteTokenizer(), ("ab",))
    assert stream.push(THINK, Phase.THINKING) == ""
    assert stream.push(ids("a")[0], Phase.THINKING) == "a"
    assert stream.push(END_THINK, Phase.THINKING) == ""
    assert stream.push(ids("b")[0], Phase.ANSWER) == "b"


def test_the_earliest_of_several_stop_strings_counts() -> None:
    out, _ = pieces("one two three", "three", "two", " t")
    assert "".join(out) == "one"


@given(st.text("abc", max_size=30), st.lists(st.text("abc", min_size=1, max_size=4), max_size=3))
def test_streaming_equals_cutting_the_whole_text(text: str, stop: list[str]) -> None:
    out, stream = pieces(text, *stop)
    whole = [
        text[:end] for end in range(len(text) + 1) if any(text[:end].endswith(s) for s in stop)
    ]
    found = [whole[0].find(s) for s in stop if s in whole[0]] if whole else [len(text)]
    assert "".join(out) == text[: min(found)]
    assert (stream.found_stop is not None) == bool(whole)
