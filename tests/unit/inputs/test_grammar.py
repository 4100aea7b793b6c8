import json
import random
import re
from typing import Any

import pytest

from trinity.errors import InvalidRequest
from trinity.inputs.grammar import Grammars
from trinity.inputs.tokenizer import Tokenizer
from trinity.types import Structure, Tool, ToolChoice

POINT = {
    "type": "object",
    "properties": {"x": {"type": "integer"}, "name": {"enum": ["a", "b/c"]}},
    "required": ["x", "name"],
    "additionalProperties": False,
}
ADD = Tool(name="add", parameters={"type": "object", "properties": {"a": {"type": "integer"}}})
MUL = Tool(name="mul")
FREE = ToolChoice()


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    from trinity.model.checkpoint import resolve_directory

    return Tokenizer(resolve_directory("mini") / "tekken.json")


@pytest.fixture(scope="module")
def grammars(tokenizer: Tokenizer) -> Grammars:
    return Grammars(tokenizer)


def schema(source: dict[str, Any], *, strict: bool = True) -> Structure:
    return Structure(kind="json_schema", source=json.dumps(source), strict=strict)


def walk(grammars: Grammars, tokenizer: Tokenizer, grammar: str, seed: int) -> list[int]:
    """Any answer of the grammar: random tokens of those allowed, short ones where possible."""
    rng = random.Random(seed)
    constraint = grammars.follow(grammar)
    said: list[int] = []
    while len(said) < 400:
        allowed = [int(i) for i in constraint.allowed_Z().nonzero()[0]]
        if tokenizer.eos_id in allowed and (len(said) > 40 or rng.random() < 0.5):
            return said
        ends = [i for i in allowed if tokenizer.token_bytes(i) in (b'"', b"}", b", ", b'"}')]
        said.append(rng.choice(ends if ends and rng.random() < 0.3 else allowed))
        constraint.accept(said[-1])
        assert not constraint.mistake
    pytest.fail(f"no end: {tokenizer.decode(said)[:80]}")


def may_say(grammars: Grammars, tokenizer: Tokenizer, grammar: str, *said: str | int) -> bool:
    """Whether the grammar has the answer made of these texts and markers."""
    constraint = grammars.follow(grammar)
    ids = [i for part in said for i in ([part] if type(part) is int else tokenizer.encode(part))]
    for token_id in (*ids, tokenizer.eos_id):
        if not constraint.allowed_Z()[token_id]:
            return False
        constraint.accept(token_id)
    return True


@pytest.mark.parametrize(
    ("tools", "choice"),
    [((), FREE), ((ADD,), FREE), ((ADD, MUL), ToolChoice(parallel=True))],
)
def test_what_binds_nothing_has_no_grammar(
    grammars: Grammars, tools: tuple[Tool, ...], choice: ToolChoice
) -> None:
    assert grammars.of_request(None, tools, choice) == (None, ())


@pytest.mark.parametrize("seed", range(8))
def test_every_walk_matches_its_schema(grammars: Grammars, tokenizer: Tokenizer, seed: int) -> None:
    grammar, warnings = grammars.of_request(schema(POINT), (), FREE)
    assert grammar is not None
    assert warnings == ()
    found = json.loads(tokenizer.decode(walk(grammars, tokenizer, grammar, seed)))
    assert set(found) == {"x", "name"}
    assert type(found["x"]) is int
    assert found["name"] in ("a", "b/c")


@pytest.mark.parametrize("pattern", [r"\d{2}/\d{2}", r"[ab]+\\/?c", "x|y z", r"(é|ü){3}"])
def test_every_walk_matches_its_regex(
    grammars: Grammars, tokenizer: Tokenizer, pattern: str
) -> None:
    grammar, _ = grammars.of_request(Structure(kind="regex", source=pattern), (), FREE)
    assert grammar is not None
    for seed in range(4):
        assert re.fullmatch(pattern, tokenizer.decode(walk(grammars, tokenizer, grammar, seed)))


def test_a_grammar_of_ones_own(grammars: Grammars, tokenizer: Tokenizer) -> None:
    source = 'start: "go " DIRECTION+\nDIRECTION: "left" | "right"'
    grammar, _ = grammars.of_request(Structure(kind="lark", source=source), (), FREE)
    assert grammar is not None
    assert may_say(grammars, tokenizer, grammar, "go leftright")
    assert not may_say(grammars, tokenizer, grammar, "go ")
    assert not may_say(grammars, tokenizer, grammar, "go up")


def test_tool_choices(grammars: Grammars, tokenizer: Tokenizer) -> None:
    call, args = tokenizer.tool_calls_id, tokenizer.args_id
    add, mul = (call, "add", args, '{"a": 1}'), (call, "mul", args, "{}")
    cases = {
        ToolChoice(required=True): {"": 0, "Hi": 0, add: 1, (*add, *mul): 1, ("Hi", *add): 0},
        ToolChoice(required=True, names=("mul",)): {add: 0, mul: 1, (*mul, *mul): 1},
        ToolChoice(names=("mul",)): {"Hi": 1, add: 0, mul: 1, ("Hi", *mul): 1},
        ToolChoice(parallel=False): {"Hi": 1, add: 1, (*add, *mul): 0},
        ToolChoice(required=True, parallel=False): {mul: 1, (*mul, *add): 0},
    }
    for choice, answers in cases.items():
        grammar, _ = grammars.of_request(None, (ADD, MUL), choice)
        assert grammar is not None
        for said, is_one in answers.items():
            parts = (said,) if isinstance(said, str) else said
            assert may_say(grammars, tokenizer, grammar, *parts) == bool(is_one), (choice, said)


def test_arguments_follow_their_schema(grammars: Grammars, tokenizer: Tokenizer) -> None:
    grammar, _ = grammars.of_request(None, (ADD,), ToolChoice(required=True))
    assert grammar is not None
    start = (tokenizer.tool_calls_id, "add", tokenizer.args_id)
    assert may_say(grammars, tokenizer, grammar, *start, "{}")
    for wrong in ('{"a": "1"}', '{"b": 1}', "[]", '{"a": 1', "{a: 1}"):
        assert not may_say(grammars, tokenizer, grammar, *start, wrong), wrong


def test_strict_tools_bind_without_a_choice(grammars: Grammars, tokenizer: Tokenizer) -> None:
    strict = Tool(name="add", parameters=ADD.parameters, strict=True)
    grammar, _ = grammars.of_request(None, (strict,), FREE)
    assert grammar is not None
    start = (tokenizer.tool_calls_id, "add", tokenizer.args_id)
    assert may_say(grammars, tokenizer, grammar, "no call: {}")
    assert may_say(grammars, tokenizer, grammar, *start, '{"a": 2}')
    assert not may_say(grammars, tokenizer, grammar, *start, '{"a": 2.5}')


def test_a_structure_and_tools(grammars: Grammars, tokenizer: Tokenizer) -> None:
    grammar, _ = grammars.of_request(schema(POINT), (MUL,), FREE)
    assert grammar is not None
    call = (tokenizer.tool_calls_id, "mul", tokenizer.args_id, "{}")
    assert may_say(grammars, tokenizer, grammar, '{"x": 1, "name": "a"}')
    assert may_say(grammars, tokenizer, grammar, *call)
    assert not may_say(grammars, tokenizer, grammar, '{"x": 1, "name": "a"}', *call)
    assert not may_say(grammars, tokenizer, grammar, "Hi")


def test_what_cannot_be_enforced(grammars: Grammars) -> None:
    odd = {"type": "integer", "not": {"const": 3}}
    grammar, (warning,) = grammars.of_request(schema(odd, strict=False), (), FREE)
    assert grammar is not None
    assert warning == (
        'The JSON schema of the answer: not all of it is enforced (Unimplemented keys: ["not"]).'
    )
    with pytest.raises(InvalidRequest, match=r"schema of the answer has what cannot be enforced"):
        grammars.of_request(schema(odd), (), FREE)
    loose = Tool(name="f", parameters={"properties": {"a": odd}})
    grammar, (warning,) = grammars.of_request(None, (loose,), ToolChoice(required=True))
    assert warning.startswith("The parameters of tool f: not all of it is enforced")
    with pytest.raises(InvalidRequest, match="The parameters of tool f has what cannot"):
        grammars.of_request(None, (Tool(name="f", parameters=odd, strict=True),), FREE)


@pytest.mark.parametrize(
    ("structure", "message"),
    [
        (Structure(kind="regex", source="a(b"), "The regex of the answer is wrong: .*unclosed"),
        (Structure(kind="lark", source="start: x"), 'The lark .* unknown name: "x"'),
        (schema({"type": "objekt"}), "The JSON schema of the answer has what .*: Invalid type"),
        (schema({"type": "objekt"}, strict=False), "The JSON schema of the answer is wrong"),
    ],
)
def test_structures_that_are_none(grammars: Grammars, structure: Structure, message: str) -> None:
    with pytest.raises(InvalidRequest, match=message) as caught:
        grammars.of_request(structure, (), FREE)
    assert "\n" not in caught.value.message


def test_tools_that_are_not_there(grammars: Grammars) -> None:
    with pytest.raises(InvalidRequest, match="asks for a tool 'sub', and the request has no such"):
        grammars.of_request(None, (ADD,), ToolChoice(required=True, names=("sub",)))
    with pytest.raises(InvalidRequest, match="asks for a call"):
        grammars.of_request(None, (), ToolChoice(required=True))
