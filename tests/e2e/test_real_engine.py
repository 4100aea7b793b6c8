import asyncio
import base64
import io
from pathlib import Path
from typing import Any, Literal

import openai
import pytest
import torch
from PIL import Image
from pydantic import BaseModel

import trinity
from tests.e2e.conftest import Running, Start, until
from trinity.config import EngineConfig
from trinity.engine.intensity import IntensityTable
from trinity.engine.llm import LLM
from trinity.inputs.tokenizer import Tokenizer
from trinity.model.checkpoint import Manifest
from trinity.model.small4 import Small4
from trinity.model.transformer import initialise
from trinity.presets import preset

VOCABULARY = Path(trinity.__file__).parent / "models" / "mini" / "tekken.json"
SETTINGS = {"temperature": 1.0, "seed": 3, "max_tokens": 24}


@pytest.fixture(scope="module")
def server(start_shared: Start) -> Running:
    config = preset("nano")
    model = Small4(config)
    initialise(model, torch.Generator().manual_seed(0))
    llm = LLM(
        model.eval().requires_grad_(requires_grad=False),
        Tokenizer(VOCABULARY),
        IntensityTable.standard(config),
        Manifest(name="nano", trained_experts=(1, 6)),
        EngineConfig(max_context=512, max_sequences=8, deterministic=True),
    )
    return start_shared(llm)


@pytest.fixture(autouse=True)
def _nothing_is_left_over(server: Running) -> Any:
    yield
    engine = server.llm.engine
    until(lambda: not engine.has_work)
    until(lambda: engine.stats.free_blocks == engine.stats.num_blocks)
    engine.check_integrity()
    assert server.app.state.service.bridge.used_slots == 0


def said(answer: Any) -> list[tuple[str, str]]:
    return [
        (choice.message.model_extra["reasoning"] or "", choice.message.content)
        for choice in answer.choices
    ]


def test_a_stream_and_a_whole_answer_are_equal(server: Running) -> None:
    whole = server.ask(n=2, **SETTINGS)
    texts = [["", ""], ["", ""]]
    for chunk in server.ask(n=2, stream=True, **SETTINGS):
        (choice,) = chunk.choices
        texts[choice.index][0] += choice.delta.model_extra.get("reasoning") or ""
        texts[choice.index][1] += choice.delta.content or ""
    assert said(whole) == [tuple(pair) for pair in texts]
    assert said(whole)[0] != said(whole)[1]
    assert whole.usage.completion_tokens <= 48
    extension = whole.model_extra["trinity"]
    assert extension["effective"]["seed"] == 3
    assert extension["expert_rows"] > 0
    assert b"trinity:expert_rows_total" in server.http.get("/metrics").content


class Weather(BaseModel):
    city: Literal["Oslo", "Rome"]
    degrees: Literal[-5, 10]


def test_the_clients_own_helper_parses_what_random_weights_say(server: Running) -> None:
    for seed in range(3):
        answer = server.client.chat.completions.parse(
            model="nano",
            messages=[{"role": "user", "content": "Weather?"}],
            response_format=Weather,
            temperature=1.0,
            seed=seed,
            max_tokens=64,
            extra_body={"thinking_token_budget": 8},
        )
        message = answer.choices[0].message
        assert isinstance(message.parsed, Weather), message.content
        assert answer.model_extra["trinity"]["warnings"] == []


def test_calls_are_required_of_random_weights_and_streamed(server: Running) -> None:
    tools = [openai.pydantic_function_tool(Weather)]
    stream = server.client.chat.completions.stream(
        model="nano",
        messages=[{"role": "user", "content": "Weather?"}],
        tools=tools,
        tool_choice="required",
        parallel_tool_calls=False,
        max_tokens=64,
        seed=1,
        extra_body={"thinking_token_budget": 8},
    )
    with stream as events:
        answer = events.get_final_completion()
    [call] = answer.choices[0].message.tool_calls
    assert isinstance(call.function.parsed_arguments, Weather)
    assert answer.choices[0].finish_reason == "tool_calls"


def test_a_chain_of_responses_says_what_the_same_chat_says(server: Running) -> None:
    settings = {"temperature": 1.0, "max_output_tokens": 24, "extra_body": {"seed": 3}}
    make = server.client.responses.create
    first = make(model="nano", input="Count to 3.", instructions="Be brief.", **settings)
    second = make(model="nano", input="And on?", previous_response_id=first.id, **settings)

    history: list[dict[str, Any]] = [{"role": "system", "content": "Be brief."}]
    for response, question in ((first, "Count to 3."), (second, "And on?")):
        history.append({"role": "user", "content": question})
        chat = server.client.chat.completions.create(model="nano", messages=history, **SETTINGS)
        [(reasoning, content)] = said(chat)
        thought = [part.text for item in response.output[:-1] for part in item.content]
        assert ("".join(thought), response.output_text) == (reasoning, content)
        assert response.usage.input_tokens == chat.usage.prompt_tokens
        # A chain leaves the instructions behind.
        history = [*history[history[0]["role"] == "system" :]]
        history.append({"role": "assistant", "content": content, "reasoning": reasoning})


def test_a_loop_of_tools_with_what_random_weights_call(server: Running) -> None:
    tool = openai.pydantic_function_tool(Weather)["function"]
    options: dict[str, Any] = {
        "model": "nano",
        "tools": [{"type": "function", **tool}],
        "max_output_tokens": 64,
        "extra_body": {"thinking_token_budget": 8, "seed": 1},
    }
    with server.client.responses.stream(
        input="Weather?", tool_choice="required", parallel_tool_calls=False, **options
    ) as stream:
        first = stream.get_final_response()
    call = first.output[-1]
    assert call.type == "function_call"
    assert Weather.model_validate_json(call.arguments)
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "rain"}
    second = server.client.responses.create(
        input=[result], previous_response_id=first.id, **options
    )
    assert second.usage.input_tokens > first.usage.input_tokens
    with pytest.raises(openai.BadRequestError, match="has no result"):
        server.client.responses.create(input="?", previous_response_id=first.id, **options)


def test_eight_at_once_say_what_each_says_alone(server: Running) -> None:
    prompts = [f"Count to {number}." for number in range(8)]
    alone = [said(server.ask(prompt, **SETTINGS)) for prompt in prompts]

    async def at_once() -> list[Any]:
        async with server.async_client() as client:
            make = client.chat.completions.create
            return await asyncio.gather(
                *(
                    make(
                        model="nano",
                        messages=[{"role": "user", "content": prompt}],
                        **SETTINGS,
                    )
                    for prompt in prompts
                )
            )

    assert [said(answer) for answer in asyncio.run(at_once())] == alone


def test_thinking_stays_within_its_budget(server: Running) -> None:
    options = {"thinking_token_budget": 5, "logit_bias": {str(think_id(server)): 100}}
    answer = server.ask(reasoning_effort="high", extra_body=options, **SETTINGS)
    assert answer.usage.completion_tokens_details.reasoning_tokens == 5
    assert answer.model_extra["trinity"]["effective"]["thinking_token_budget"] == 5
    assert answer.choices[0].message.model_extra["reasoning"]


def test_a_prediction_changes_no_word(server: Running) -> None:
    plain = server.ask("Repeat: one two three", **SETTINGS)
    prediction = {"type": "content", "content": plain.choices[0].message.content}
    answer = server.ask("Repeat: one two three", prediction=prediction, **SETTINGS)
    assert said(answer) == said(plain)
    details = answer.usage.completion_tokens_details
    assert details.accepted_prediction_tokens >= 0
    assert details.rejected_prediction_tokens >= 0


def think_id(server: Running) -> int:
    token_id: int = server.llm.tokenizer.think_id
    return token_id


def test_log_probabilities_spell_the_answer(server: Running) -> None:
    choice = server.ask(logprobs=True, top_logprobs=3, **SETTINGS).choices[0]
    entries = choice.logprobs.content
    spelled = b"".join(bytes(entry.bytes) for entry in entries).decode(errors="replace")
    assert spelled == choice.message.content
    for entry in entries:
        assert len(entry.top_logprobs) == 3
        assert entry.logprob <= 0
        assert entry.top_logprobs[0].logprob >= entry.top_logprobs[2].logprob


def test_pictures_are_counted_and_cached(server: Running) -> None:
    file = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(file, "PNG")
    url = "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
    content = [
        {"type": "image_url", "image_url": {"url": url}},
        {"type": "text", "text": "What colour is this, and how large may it be in the end?"},
    ]
    first, second = (server.ask(content, **SETTINGS) for _ in range(2))
    assert first.usage.prompt_tokens_details.image_tokens > 0
    assert first.usage.prompt_tokens_details.cached_tokens == 0
    assert second.usage.prompt_tokens_details.cached_tokens > 0
    assert said(first) == said(second)


def test_warnings_of_the_model_and_strict(server: Running) -> None:
    answer = server.ask(extra_body={"active_experts": 9}, **SETTINGS)
    extension = answer.model_extra["trinity"]
    assert extension["effective"]["active_experts"] == 9
    assert len(extension["warnings"]) == 1
    with pytest.raises(openai.BadRequestError, match="strict"):
        server.ask(extra_body={"active_experts": 9, "strict": True}, **SETTINGS)
    with pytest.raises(openai.BadRequestError) as caught:
        server.ask(extra_body={"active_experts": 129}, **SETTINGS)
    assert caught.value.param == "active_experts"


def test_what_the_model_refuses(server: Running) -> None:
    refused: list[dict[str, Any]] = [
        {"content": "word " * 600},
        {"content": ""},
        {"reasoning_effort": "high", "extra_body": {"intensity": 5}},
        {"logit_bias": {"999999": 1}},
    ]
    for options in refused:
        with pytest.raises(openai.BadRequestError):
            server.ask(**options)


def test_leaving_gives_the_cache_back(server: Running) -> None:
    # The fixture waits until every block is free.
    stream = server.ask(stream=True, temperature=1.0, seed=1)
    for _ in range(3):
        next(stream)
    stream.close()
