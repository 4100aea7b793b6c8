"""Random weights say anything, so what comes out well formed was made so."""

import json
import re
from dataclasses import replace

import pytest

from tests.unit.engine.fakes import MADE, engine_config, nano
from trinity.engine.intensity import IntensityTable
from trinity.engine.llm import LLM, Answer
from trinity.errors import InvalidRequest, TrinityError
from trinity.inputs.tokenizer import Tokenizer
from trinity.model.checkpoint import Manifest, resolve_directory
from trinity.types import (
    ChatRequest,
    IntensityRequest,
    Message,
    Mode,
    SamplingParams,
    Structure,
    TextPart,
    Tool,
    ToolChoice,
)

POINT = Structure(
    kind="json_schema",
    source=json.dumps({
        "type": "object",
        "properties": {"x": {"enum": [1, 22, 333]}, "ok": {"type": "boolean"}},
        "required": ["x", "ok"],
        "additionalProperties": False,
    }),
    strict=True,
)  # fmt: skip
DATE = Structure(kind="regex", source=r"\d{4}-\d{2}")
TOOLS = (
    Tool(name="add", parameters={"type": "object", "properties": {"a": {"enum": [1, 2]}}}),
    Tool(name="stop_it"),
)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer(resolve_directory("mini") / "tekken.json")


def an_llm(tokenizer: Tokenizer, **settings: object) -> LLM:
    model = nano()
    table = IntensityTable.standard(model.config)
    manifest = Manifest(name="tiny", trained_experts=(1, 6))
    made = LLM(model, tokenizer, table, manifest, engine_config(**settings), 1)
    MADE.append(made.engine)
    return made


@pytest.fixture
def llm(tokenizer: Tokenizer) -> LLM:
    return an_llm(tokenizer)


def chat(seed: int = 0, temperature: float = 1.0, n: int = 1, **fields: object) -> ChatRequest:
    sampling = {"seed": seed, "temperature": temperature, "max_tokens": 60, "top_p": 1.0}
    return ChatRequest(
        messages=(Message.user("hello"),),
        sampling=SamplingParams(**(sampling | fields.pop("sampling", {}))),
        n=n,
        **fields,
    )


def ask(llm: LLM, **fields: object) -> Answer:
    return llm.ask(chat(**fields))[0][0]


def is_point(text: str) -> bool:
    found = json.loads(text)
    return set(found) == {"x", "ok"} and found["x"] in (1, 22, 333) and type(found["ok"]) is bool


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_an_answer_has_its_structure(llm: LLM, temperature: float) -> None:
    for seed in range(4):
        answer = ask(llm, seed=seed, temperature=temperature, structure=POINT)
        assert answer.finish_reason == "stop"
        assert is_point(answer.text)
        assert re.fullmatch(r"\d{4}-\d{2}", ask(llm, seed=seed, structure=DATE).text)


def test_thoughts_are_free_and_the_answer_behind_them_is_not(llm: LLM) -> None:
    budget = IntensityRequest(reasoning_effort="high", thinking_token_budget=12)
    think = ((llm.tokenizer.think_id, 100.0), (llm.tokenizer.end_think_id, -100.0))
    answer = ask(llm, structure=POINT, intensity=budget, sampling={"logit_bias": think})
    assert answer.usage.reasoning_tokens == 12
    assert answer.reasoning
    assert is_point(answer.text)


def test_calls_that_must_be_made_are_made(llm: LLM) -> None:
    for seed in range(4):
        choice = ToolChoice(required=True, parallel=seed % 2 == 0)
        answer = ask(llm, seed=seed, tools=TOOLS, tool_choice=choice)
        assert answer.finish_reason in ("tool_calls", "length")
        assert answer.text == ""
        whole = answer.tool_calls if answer.finish_reason == "tool_calls" else ()
        for call in whole:
            assert call.name in ("add", "stop_it")
            assert set(json.loads(call.arguments)) <= ({"a"} if call.name == "add" else set())
        if not choice.parallel:
            assert len(answer.tool_calls) == 1


def test_a_tool_that_is_named_is_called(llm: LLM) -> None:
    choice = ToolChoice(required=True, names=("add",), parallel=False)
    answer = ask(llm, tools=TOOLS, tool_choice=choice)
    [call] = answer.tool_calls
    assert call.name == "add"
    assert json.loads(call.arguments) in ({}, {"a": 1}, {"a": 2})


def test_answers_differ_and_all_have_their_structure(llm: LLM) -> None:
    answers = llm.ask(chat(n=6, structure=POINT))[0]
    assert all(is_point(answer.text) for answer in answers)
    assert len({answer.text for answer in answers}) > 1


def test_company_preemption_and_guesses_change_nothing(tokenizer: Tokenizer) -> None:
    wanted = [
        chat(0, structure=POINT),
        chat(1, structure=DATE, mode=Mode.LATENCY),
        chat(2, tools=TOOLS, tool_choice=ToolChoice(required=True, parallel=False)),
        chat(3),
    ]
    alone = an_llm(tokenizer)
    answers = [alone.generate([request])[0].token_ids for request in wanted]
    guessing = an_llm(tokenizer, speculation=True)
    assert [g.token_ids for g in guessing.generate(wanted)] == answers
    tight = an_llm(tokenizer, num_blocks=60, block_size=4, max_context=240)
    assert [g.token_ids for g in tight.generate(wanted * 2)] == answers * 2
    assert tight.engine.stats.preemptions


def test_a_bias_moves_within_the_structure(llm: LLM) -> None:
    [nine] = llm.tokenizer.encode("9")
    answer = ask(llm, structure=DATE, sampling={"logit_bias": ((nine, 100.0),)})
    assert answer.text == "9999-99"
    [letter] = llm.tokenizer.encode("z")
    sampling = {"logit_bias": ((letter, 100.0),), "presence_penalty": 1.0}
    assert re.fullmatch(r"\d{4}-\d{2}", ask(llm, structure=DATE, sampling=sampling).text)


def test_log_probabilities_are_those_of_the_free_model(llm: LLM) -> None:
    prepared = llm.prepare(chat(structure=DATE, sampling={"logprobs": 2}))
    tokens = [event for event in llm.stream(prepared) if hasattr(event, "token_id")]
    assert all(event.logprob is not None and event.logprob < 0 for event in tokens)
    assert all(len(event.top_logprobs) == 2 for event in tokens)


def test_what_a_structure_rules_out_is_said(llm: LLM) -> None:
    early = IntensityRequest(reasoning_effort="high", early_exit=True)
    prepared = llm.prepare(chat(structure=POINT, intensity=early))
    assert prepared.effective.early_exit is None
    assert "early_exit has no effect on an answer whose structure is given." in prepared.warnings
    with pytest.raises(InvalidRequest, match=r"strict.*early_exit has no effect"):
        llm.prepare(chat(structure=POINT, intensity=early, strict=True))


def test_a_grammar_that_leads_nowhere_fails_its_request_alone(llm: LLM) -> None:
    dead_end = Structure(kind="lark", source='start: <[10]> "x"')
    with pytest.raises(TrinityError, match=r"The answer's structure failed: nothing may follow"):
        llm.ask(chat(structure=dead_end))
    assert is_point(ask(llm, structure=POINT).text)


def begun(text: str, **fields: object) -> ChatRequest:
    messages = (Message.user("hello"), Message(role="assistant", parts=(TextPart(text),)))
    return replace(chat(**fields), messages=messages, continues=True)


def test_a_begun_answer_is_gone_on_with(llm: LLM) -> None:
    prepared = llm.prepare(begun("It is", intensity=IntensityRequest(reasoning_effort="max")))
    whole = llm.prepare(chat()).generation.prompt_ids
    assert prepared.generation.prompt_ids[len(whole) :] == tuple(llm.tokenizer.encode("It is"))
    assert prepared.effective.thinking_token_budget == 0
    assert prepared.effective.thoughts == 1
    assert "What has begun is gone on with without thinking." in prepared.warnings
    [answer], _ = llm.ask(begun("It is", intensity=IntensityRequest(reasoning_effort="high")))
    assert answer.usage.reasoning_tokens == 0
    assert answer.text


def test_a_begun_answer_has_its_structure_as_a_whole(llm: LLM) -> None:
    for seed, beginning in enumerate(('{"x": 22, ', '{"x": 333', "{")):
        [answer], _ = llm.ask(begun(beginning, seed=seed, structure=POINT))
        assert is_point(beginning + answer.text)
    with pytest.raises(InvalidRequest, match="does not begin an answer of the structure"):
        llm.prepare(begun("Sure: {", structure=POINT))


def test_only_the_assistants_text_is_continued(llm: LLM) -> None:
    for wrong in (replace(chat(), continues=True), begun("")):
        with pytest.raises(InvalidRequest, match=r"to be continued; it must|is empty"):
            llm.prepare(wrong)
