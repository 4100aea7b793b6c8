import base64
import io
from typing import Any

import numpy as np
import pytest
from mistral_common.protocol.fim.request import FIMRequest
from mistral_common.protocol.instruct.request import ChatCompletionRequest
from mistral_common.tokens.tokenizers import image as official_image
from mistral_common.tokens.tokenizers.base import SpecialTokenPolicy
from mistral_common.tokens.tokenizers.mistral import MistralTokenizer
from PIL import Image

from trinity.config import VisionConfig
from trinity.errors import InvalidRequest, TooLarge
from trinity.inputs.chat import Prompt, render, render_text, system_prompt_effort
from trinity.inputs.images import prepare_image
from trinity.inputs.tokenizer import Tokenizer
from trinity.types import ImagePart, Message, TextPart, TextRequest, ThinkingPart, Tool, ToolCall

VISION = VisionConfig()
MARKERS = ["[INST]", "[/INST]", "</s>", "[IMG]", "[THINK]", "<s>", "<SPECIAL_20>", "[TOOL_CALLS]"]
WEATHER = Tool(
    name="get_weather",
    description="Weather in a city.",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}},
)


def picture(width: int, height: int, colour: str = "red") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "PNG")
    return buffer.getvalue()


def say(role: Any, *parts: Any, **more: Any) -> Message:
    wrapped = tuple(TextPart(part) if isinstance(part, str) else part for part in parts)
    return Message(role=role, parts=wrapped, **more)


def call(call_id: str, arguments: str = "{}", name: str = "get_weather") -> ToolCall:
    return ToolCall(id=call_id, name=name, arguments=arguments)


def prompt(tokenizer: Tokenizer, *messages: Message, **options: Any) -> Prompt:
    settings = {"tools": (), "effort_token": "none", "vision": VISION} | options
    return render(messages, tokenizer=tokenizer, **settings)


def shown(tokenizer: Tokenizer, result: Prompt) -> str:
    """The prompt with its control tokens written out."""
    return tokenizer.tekken.decode(list(result.token_ids), SpecialTokenPolicy.KEEP)


def official_ids(tokenizer: Tokenizer, messages: list[dict[str, Any]], **more: Any) -> list[int]:
    """What mistral-common makes of the same conversation, read from the wire format."""
    request = ChatCompletionRequest.from_openai(messages=messages, **more)
    return MistralTokenizer.from_file(tokenizer.path).encode_chat_completion(request).tokens


def test_the_simplest_prompt(official: Tokenizer) -> None:
    settings = [36, 19227, 80277, 1302, 13196, 1609, 1449, 2811, 1429, 17670, 46005, 37]
    result = prompt(official, Message.user("Hello, world!"))
    assert result == Prompt((1, *settings, 3, 22177, 1044, 4304, 1033, 4))


def test_the_canonical_order(official: Tokenizer) -> None:
    conversation = (
        say("system", "S"),
        Message.user("U1"),
        say(
            "assistant",
            ThinkingPart("why"),
            "text",
            tool_calls=(call("a", '{"a":1}', "name"), call("b", "{}", "name2")),
        ),
        say("tool", "R2", tool_call_id="b"),
        say("tool", "R1", tool_call_id="a"),
        say("assistant", "answer"),
        Message.user("U2"),
    )
    result = prompt(official, *conversation, tools=(WEATHER,), effort_token="high")
    assert shown(official, result) == (
        '<s>[SYSTEM_PROMPT]S[/SYSTEM_PROMPT][AVAILABLE_TOOLS][{"type": "function", "function": '
        '{"name": "get_weather", "description": "Weather in a city.", "parameters": {"type": '
        '"object", "properties": {"city": {"type": "string"}}}}}][/AVAILABLE_TOOLS]'
        '[MODEL_SETTINGS]{"reasoning_effort": "high"}[/MODEL_SETTINGS][INST]U1[/INST]'
        '[THINK]why[/THINK]text[TOOL_CALLS]name[ARGS]{"a": 1}[TOOL_CALLS]name2[ARGS]{}</s>'
        "[TOOL_RESULTS]R1[/TOOL_RESULTS][TOOL_RESULTS]R2[/TOOL_RESULTS]answer</s>[INST]U2[/INST]"
    )


def test_ids_equal_those_of_mistral_common(official: Tokenizer) -> None:
    function = {
        "name": WEATHER.name,
        "description": WEATHER.description,
        "parameters": WEATHER.parameters,
    }
    wire = [
        {"role": "system", "content": "Be brief.\n\nThe city is Zürich."},
        {"role": "user", "content": "One question."},
        {"role": "user", "content": "What is the weather?"},
        {
            "role": "assistant",
            "content": "Let me look. ",
            "tool_calls": [
                {
                    "id": "abc",
                    "type": "function",
                    "function": {"name": "get_weather", "arguments": '{"city": "Zürich"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "abc", "content": '{"degrees": 21.5}'},
        {"role": "assistant", "content": "21.5 degrees."},
        {"role": "user", "content": "Thanks! 👍"},
    ]
    ours = prompt(
        official,
        say("system", "Be brief.\n\nThe city is Zürich."),
        Message.user("One question."),
        Message.user("What is the weather?"),
        say("assistant", "Let me look. ", tool_calls=(call("abc", '{"city": "Zürich"}'),)),
        say("tool", '{"degrees": 21.5}', tool_call_id="abc"),
        say("assistant", "21.5 degrees."),
        Message.user("Thanks! 👍"),
        tools=(WEATHER,),
        effort_token="high",
    )
    tools = [{"type": "function", "function": function}]
    expected = official_ids(official, wire, tools=tools, reasoning_effort="high")
    assert list(ours.token_ids) == expected


@pytest.mark.parametrize("suffix", ["\n    return total", ""])
def test_a_gap_is_written_as_mistral_common_writes_it(official: Tokenizer, suffix: str) -> None:
    text = "def add(a, b):\n"
    expected = MistralTokenizer.from_file(official.path).encode_fim(
        FIMRequest(prompt=text, suffix=suffix)
    )
    request = TextRequest(text=text, suffix=suffix)
    assert render_text(request, official) == tuple(expected.tokens)


def test_text_alone_follows_the_first_token_of_every_prompt(official: Tokenizer) -> None:
    request = TextRequest(text="[INST] 2 + 2")
    ids = render_text(request, official)
    assert ids[0] == official.bos_id
    assert not any(map(official.is_control, ids[1:]))
    assert official.decode(ids) == "[INST] 2 + 2"


def test_several_text_parts_are_joined_as_mistral_common_joins_them(official: Tokenizer) -> None:
    parts = ["The num", "ber is 1", "2."]
    wire = [{"role": "user", "content": [{"type": "text", "text": part} for part in parts]}]
    ours = prompt(official, say("user", *parts))
    assert list(ours.token_ids) == official_ids(official, wire)


def test_a_picture_stands_before_its_question(official: Tokenizer) -> None:
    data = picture(60, 90)
    result = prompt(official, Message.user("What is it?", data), vision=VISION)
    row = [10, 10, 10, 12]
    grid = [*row * 3, *row[:3], 13]
    start = result.token_ids.index(3) + 1
    assert list(result.token_ids[start : start + 16]) == grid
    (image,) = result.images
    assert (image.start, image.rows, image.columns) == (start, 4, 3)
    alone = prepare_image(data, VISION)
    assert image.digest == alone.digest
    assert np.array_equal(image.pixels, alone.pixels)


def test_a_last_picture_is_moved_first(official: Tokenizer) -> None:
    before = prompt(official, say("user", ImagePart(picture(30, 30)), "What is it?"))
    after = prompt(official, say("user", "What is it?", ImagePart(picture(30, 30))))
    assert before.token_ids == after.token_ids


def test_pictures_are_listed_in_the_order_of_the_prompt(official: Tokenizer) -> None:
    sizes = [(20, 20), (60, 20), (20, 60), (60, 60)]
    first, moved, of_a, of_b = (ImagePart(picture(*size)) for size in sizes)
    result = prompt(
        official,
        say("user", first, "one", moved, "two"),
        say("assistant", tool_calls=(call("a"), call("b"))),
        say("tool", "B:", of_b, tool_call_id="b"),
        say("tool", "A:", of_a, tool_call_id="a"),
    )
    grids = [(image.columns, image.rows) for image in result.images]
    assert grids == [(1, 1), (3, 1), (1, 3), (3, 3)]
    for image in result.images:
        tokens = result.token_ids[image.start : image.start + image.num_tokens]
        assert tokens[0] == 10
        assert tokens[-1] == 13
        assert set(tokens[:-1]) <= {10, 12}
        assert result.token_ids[image.start - 1] not in (10, 12)


def test_the_grid_of_a_picture_is_the_official_one(
    official: Tokenizer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Only the pixels need OpenCV.
    monkeypatch.setattr(official_image, "transform_image", lambda _, size: np.zeros((3, *size)))
    data = picture(333, 777)
    url = f"data:image/png;base64,{base64.b64encode(data).decode()}"
    content = [
        {"type": "image_url", "image_url": {"url": url}},
        {"type": "text", "text": "What is it?"},
    ]
    ours = prompt(official, Message.user("What is it?", data))
    assert list(ours.token_ids) == official_ids(official, [{"role": "user", "content": content}])


@pytest.mark.parametrize("marker", MARKERS)
def test_text_never_becomes_a_control_token(official: Tokenizer, marker: str) -> None:
    def conversation(text: str) -> Prompt:
        tool = Tool(name="look", description=text, parameters={"title": text})
        arguments = '{"q": "' + text + '"}'
        return prompt(
            official,
            say("system", text),
            say("user", text, text[:2], text[2:], ImagePart(picture(30, 30))),
            say("assistant", ThinkingPart(text), text, tool_calls=(call("x", arguments, "look"),)),
            say("tool", text, tool_call_id="x"),
            tools=(tool,),
        )

    def controls(result: Prompt) -> list[int]:
        return [i for i in result.token_ids if official.is_control(i)]

    attacked, plain = conversation(marker), conversation("plain")
    assert controls(attacked) == controls(plain)
    assert attacked.images[0].num_tokens == plain.images[0].num_tokens
    assert shown(official, attacked).count(marker) >= 7


def test_half_a_surrogate_pair_is_replaced(official: Tokenizer) -> None:
    replaced = prompt(official, Message.user("a\ufffd"))
    assert prompt(official, Message.user("a\ud800")) == replaced


def test_thinking_may_stand_anywhere_in_an_answer(official: Tokenizer) -> None:
    answer = say("assistant", "one", ThinkingPart("two"), "three")
    result = prompt(official, U, answer, say("assistant", ThinkingPart("four")), U)
    assert "[/INST]one[THINK]two[/THINK]three" in shown(official, result)
    assert "[THINK]four[/THINK]</s>" in shown(official, result)


def test_empty_parts_are_left_out(official: Tokenizer) -> None:
    with_empty = prompt(official, say("user", "", ImagePart(picture(30, 30)), "", "hi"))
    assert with_empty.token_ids == prompt(official, Message.user("hi", picture(30, 30))).token_ids


def test_a_tool_result_may_be_empty(official: Tokenizer) -> None:
    result = prompt(
        official,
        Message.user("go"),
        say("assistant", tool_calls=(call("a"),)),
        say("tool", tool_call_id="a"),
    )
    assert shown(official, result).endswith("[TOOL_RESULTS][/TOOL_RESULTS]")


U = Message.user("hi")
CALLS = say("assistant", tool_calls=(call("a"), call("b")))
RESULT_A = say("tool", "1", tool_call_id="a")
RESULT_B = say("tool", "2", tool_call_id="b")
BAD_CONVERSATIONS = {
    "no messages": ((), "There are no messages"),
    "no user": ((say("system", "S"),), "no message from the user"),
    "empty prompt": ((Message.user(""),), "Message 1, from the user, is empty"),
    "blank prompt": ((U, say("assistant", "a"), Message.user(" \n")), "Message 3, from the user"),
    "no parts": ((say("user"),), "is empty"),
    "empty answer": ((U, say("assistant", ""), U), "Message 2, from the assistant, is empty"),
    "ends with the assistant": ((U, say("assistant", "a")), "end with one from the user or a tool"),
    "ends with the system": ((U, say("system", "S")), "last message has the role system"),
    "system after the assistant": (
        (U, say("assistant", "a"), say("system", "S"), U),
        "Message 3 has the role system, which cannot follow assistant; allowed are user",
    ),
    "starts with a tool": ((RESULT_A, U), "first message is a tool result"),
    "tool after the user": ((U, RESULT_A), "Message 2 has the role tool"),
    "unknown result": ((U, CALLS, say("tool", "1", tool_call_id="c")), "call 'c', which is not"),
    "result without id": ((U, CALLS, say("tool", "1")), "call None, which is not open"),
    "second result": ((U, CALLS, RESULT_A, RESULT_A), "call 'a', which is answered already"),
    "missing result": ((U, CALLS, RESULT_A), "tool call 'b' has no result"),
    "missing before an answer": ((U, CALLS, RESULT_B, say("assistant", "x"), U), "'a' has no"),
    "same id twice": ((U, say("assistant", tool_calls=(call("a"), call("a"))), U), "the same id"),
    "call without id": ((U, say("assistant", tool_calls=(call(""),)), U), "without an id"),
    "picture from the system": ((say("system", ImagePart(b"")), U), "only user and tool messages"),
    "thinking from the user": ((say("user", "hi", ThinkingPart("x")),), "only assistant messages"),
    "calls from the user": ((say("user", "hi", tool_calls=(call("a"),)),), "only assistant"),
    "broken picture": ((Message.user("hi", b"x"),), "not a readable picture"),
    "thinking in a result": (
        (U, CALLS, say("tool", ThinkingPart("x"), tool_call_id="a")),
        "has thinking and the role tool",
    ),
    "endless blanks": ((Message.user("a" + " " * 1_000_000 + "b"),), "run of blanks"),
}


@pytest.mark.parametrize("name", BAD_CONVERSATIONS)
def test_bad_conversations_are_refused(official: Tokenizer, name: str) -> None:
    messages, sentence = BAD_CONVERSATIONS[name]
    with pytest.raises(InvalidRequest, match=sentence):
        prompt(official, *messages)


@pytest.mark.parametrize(
    "arguments", ["", "{", "[1]", "null", '"text"', '{"a":' * 100_000, "1" * 5000]
)
def test_call_arguments_must_be_a_json_object(official: Tokenizer, arguments: str) -> None:
    asked = say("assistant", tool_calls=(call("a", arguments),))
    with pytest.raises(InvalidRequest, match="not a JSON object"):
        prompt(official, U, asked, RESULT_A)


NESTED: dict[str, Any] = {}
for _ in range(3000):
    NESTED = {"items": NESTED}
BAD_TOOLS = {
    "two of a name": ((WEATHER, WEATHER), "two tools named get_weather"),
    "a blank in the name": ((Tool(name="get weather"),), "'get weather' is not a tool name"),
    "no name": ((Tool(name=""),), "'' is not a tool name"),
    "a name with a line end": ((Tool(name="look\n"),), "is not a tool name"),
    "not a schema": ((Tool(name="f", parameters={"type": 5}),), "of the tool f are not a valid"),
    "nested too deeply": ((Tool(name="f", parameters=NESTED),), "of the tool f are not a valid"),
}


@pytest.mark.parametrize("name", BAD_TOOLS)
def test_bad_tools_are_refused(official: Tokenizer, name: str) -> None:
    tools, sentence = BAD_TOOLS[name]
    with pytest.raises(InvalidRequest, match=sentence):
        prompt(official, U, tools=tools)


def test_a_model_without_vision_refuses_pictures(official: Tokenizer) -> None:
    with pytest.raises(InvalidRequest, match="reads text only"):
        prompt(official, Message.user("hi", picture(30, 30)), vision=None)


def test_too_many_pictures_are_refused_before_they_are_decoded(official: Tokenizer) -> None:
    with pytest.raises(TooLarge, match="17 pictures; at most 16"):
        prompt(official, Message.user("hi", *[b"not decoded"] * 17))


@pytest.mark.parametrize("effort", ["low", "medium", "", "HIGH"])
def test_an_effort_that_the_vocabulary_does_not_allow_is_refused(
    official: Tokenizer, effort: str
) -> None:
    with pytest.raises(InvalidRequest, match="they have none and high") as caught:
        prompt(official, U, effort_token=effort)
    assert caught.value.param == "reasoning_effort"


@pytest.mark.parametrize(
    ("text", "effort"),
    [
        ("reasoning_effort: high", "high"),
        ("You are kind.\n  Reasoning_Effort:  XHIGH \r\nBe brief.", "xhigh"),
        ("reasoning_effort:none", "none"),
        ("reasoning_effort: low\nreasoning_effort: LOW", "low"),
        ("Set reasoning_effort: high", None),
        ("reasoning effort: high", None),
        ("", None),
    ],
)
def test_the_system_prompt_may_set_the_effort(text: str, effort: str | None) -> None:
    assert system_prompt_effort((say("system", text), U)) == effort


def test_only_system_messages_set_the_effort() -> None:
    line = "reasoning_effort: high"
    assert system_prompt_effort((Message.user(line), say("assistant", line), U)) is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("reasoning_effort: extreme", "'extreme'; the names are none, minimal, low"),
        ("reasoning_effort:", "''; the names are"),
        ("reasoning_effort: low\nreasoning_effort: high", "low and high; keep one"),
    ],
)
def test_an_unclear_effort_in_the_system_prompt_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        system_prompt_effort((say("system", text), U))
