import io
import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from tests.unit.engine.fakes import MADE, dense_nano, engine_config, nano
from tests.unit.inputs.conftest import official_file
from trinity.config import EngineConfig
from trinity.engine.intensity import IntensityTable
from trinity.engine.llm import LLM
from trinity.errors import CheckpointError, InvalidRequest, NotFound, TrinityError
from trinity.inputs.tokenizer import Tokenizer
from trinity.model.checkpoint import Manifest, save_model
from trinity.model.small4 import Small4
from trinity.types import (
    AbortedEvent,
    ChatRequest,
    FailedEvent,
    FinishedEvent,
    IntensityRequest,
    Message,
    Phase,
    SamplingParams,
    TextPart,
    TokenEvent,
)

MANIFEST = Manifest(name="tiny", trained_experts=(1, 6))


@pytest.fixture(scope="module")
def small_tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    """The official vocabulary, cut to the size of the small presets."""
    path = official_file(tmp_path_factory.mktemp("vocabulary"))
    content = json.loads(path.read_text(encoding="utf-8"))
    content["vocab"] = content["vocab"][:1048]
    content["config"]["default_vocab_size"] = 2048
    path.write_text(json.dumps(content), encoding="utf-8")
    return Tokenizer(path)


@pytest.fixture
def llm(small_tokenizer: Tokenizer) -> LLM:
    return an_llm(small_tokenizer)


def an_llm(tokenizer: Tokenizer, seed: int | None = 1, **settings: object) -> LLM:
    model = nano()
    table = IntensityTable.standard(model.config)
    config = engine_config(**settings)
    made = LLM(model, tokenizer, table, MANIFEST, config, seed)
    MADE.append(made.engine)
    return made


def chat(text: str = "hello", *images: bytes, **fields: object) -> ChatRequest:
    sampling = SamplingParams(**({"max_tokens": 6} | fields.pop("sampling", {})))
    message = fields.pop("message", Message.user(text, *images))
    return ChatRequest(messages=(message,), sampling=sampling, **fields)


def a_picture(colour: str = "red") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "PNG")
    return file.getvalue()


def test_prepare_resolves_everything(llm: LLM) -> None:
    prepared = llm.prepare(chat(intensity=IntensityRequest(reasoning_effort="high")), "name")
    generation = prepared.generation
    assert generation.request_id == "name"
    assert generation.prompt_ids[0] == llm.tokenizer.bos_id
    assert generation.prompt_ids[-1] == llm.tokenizer.end_inst_id
    assert generation.sampling.temperature == prepared.effective.temperature == 0.7
    assert generation.sampling.max_tokens == 6
    assert generation.sampling.seed is not None
    assert generation.active_experts == (4, 4)
    assert prepared.effective.level == "high"
    assert prepared.warnings == ()


def test_max_tokens_is_the_rest_of_the_context_and_never_more(llm: LLM) -> None:
    prepared = llm.prepare(chat(sampling={"max_tokens": None}))
    room = llm.max_context - len(prepared.generation.prompt_ids)
    assert prepared.generation.sampling.max_tokens == room
    prepared = llm.prepare(chat(sampling={"max_tokens": 5000}))
    assert prepared.generation.sampling.max_tokens == room
    assert f"max_tokens is 5000; after a prompt of {1024 - room}" in prepared.warnings[0]


def test_strict_turns_warnings_into_an_error(llm: LLM) -> None:
    request = chat(
        sampling={"max_tokens": 5000}, intensity=IntensityRequest(active_experts=9), strict=True
    )
    with pytest.raises(InvalidRequest, match=r"would be warned: active_experts is 9.*max_tokens"):
        llm.prepare(request)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"sampling": {"temperature": 3.0}}, "temperature is 3.0"),
        ({"text": "word " * 2000}, "The prompt has .* tokens; 1024 fit"),
        ({"n": 0}, "n is 0"),
        ({"message": Message.user("")}, "is empty"),
    ],
)
def test_prepare_refuses_what_cannot_be_served(
    llm: LLM, fields: dict[str, object], message: str
) -> None:
    with pytest.raises(InvalidRequest, match=message):
        llm.prepare(chat(**fields))


def test_the_system_prompt_may_ask_for_effort(llm: LLM) -> None:
    system = Message(role="system", parts=(TextPart("reasoning_effort: none"),))
    request = ChatRequest(messages=(system, Message.user("hi")))
    assert llm.prepare(request).effective.level == "none"


def test_streaming_and_asking_give_the_same(llm: LLM) -> None:
    request = chat(sampling={"temperature": 1.0, "seed": 3, "max_tokens": 20, "logprobs": 1}, n=2)
    answers, prepared = llm.ask(request)
    events = list(llm.stream(replace(prepared)))
    for index, answer in enumerate(answers):
        tokens = [e for e in events if isinstance(e, TokenEvent) and e.index == index]
        assert tuple(e.token_id for e in tokens) == answer.token_ids
        assert tuple(e.logprob for e in tokens) == answer.logprobs
        assert "".join(e.text for e in tokens if e.phase is Phase.ANSWER) == answer.text
    finished = [e for e in events if isinstance(e, FinishedEvent)]
    assert sorted(e.index for e in finished) == [0, 1]
    assert events[-1] == finished[-1]


def test_two_streams_may_run_side_by_side(llm: LLM) -> None:
    first, second = (
        llm.stream(llm.prepare(chat(text, sampling={"temperature": 1.0, "seed": 2})))
        for text in ("one", "two")
    )
    interleaved: list[list[int]] = [[], []]
    for pair in zip(first, second, strict=True):
        for events, event in zip(interleaved, pair, strict=True):
            events += [event.token_id] if isinstance(event, TokenEvent) else []
    for text, tokens in zip(("one", "two"), interleaved, strict=True):
        answers, _ = llm.ask(chat(text, sampling={"temperature": 1.0, "seed": 2}))
        assert list(answers[0].token_ids) == tokens


def test_closing_a_stream_aborts_it(llm: LLM) -> None:
    with closing(llm.stream(llm.prepare(chat()))) as events:
        next(events)
        assert llm.engine.stats.running == 1
    assert llm.engine.stats.running == 0
    assert llm.engine.step() != []
    assert not llm.engine.has_work


def test_generate_answers_all_in_order_even_beyond_the_queue(small_tokenizer: Tokenizer) -> None:
    llm = an_llm(small_tokenizer, max_waiting=3, max_sequences=2)
    texts = [f"question {number}" for number in range(7)]
    settings = {"temperature": 1.0, "seed": 4}
    together = llm.generate([chat(text, sampling=settings) for text in texts])
    alone = [llm.generate([chat(text, sampling=settings)])[0] for text in texts]
    assert together == alone
    assert all(len(g.logprobs) == len(g.token_ids) > 0 for g in together)


def test_generate_gives_choices_one_after_another(llm: LLM) -> None:
    assert len(llm.generate([chat(n=2), chat()])) == 3
    assert llm.generate([]) == []


def test_unseeded_requests_differ_and_a_seeded_model_repeats(small_tokenizer: Tokenizer) -> None:
    def two(seed: int | None) -> list[tuple[int, ...]]:
        llm = an_llm(small_tokenizer, seed)
        return [g.token_ids for g in llm.generate([chat(sampling={"temperature": 1.0})] * 2)]

    assert two(7) == two(7)
    assert two(7)[0] != two(7)[1]


def test_a_picture_counts_and_is_cached(llm: LLM) -> None:
    greedy = {"temperature": 0.0}
    request = chat("look", a_picture(), sampling=greedy)
    first, _ = llm.ask(request)
    again, _ = llm.ask(request)
    other, _ = llm.ask(chat("look", a_picture("blue"), sampling=greedy))
    assert first[0].usage.image_tokens == 2 * (3 + 1)
    assert first[0].usage.cached_tokens == 0
    assert again[0].usage.cached_tokens > 0
    assert again[0].token_ids == first[0].token_ids
    assert other[0].usage.cached_tokens < again[0].usage.cached_tokens


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (FailedEvent(request_id="", message="too hot"), "could not answer: too hot"),
        (AbortedEvent(request_id=""), "aborted"),
    ],
)
def test_a_request_that_fails_raises(
    llm: LLM, monkeypatch: pytest.MonkeyPatch, event: FailedEvent | AbortedEvent, message: str
) -> None:
    def step() -> list[object]:
        return [replace(event, request_id=name) for name in llm._mail]

    monkeypatch.setattr(llm.engine, "step", step)
    with pytest.raises(TrinityError, match=message):
        llm.ask(chat())
    monkeypatch.undo()
    assert llm.engine.stats.waiting == 0
    llm.engine.step()


def test_a_checkpoint_directory_is_loaded_with_its_parts(
    tmp_path: Path, small_tokenizer: Tokenizer, llm: LLM
) -> None:
    save_model(nano(), tmp_path)
    (tmp_path / "tekken.json").write_bytes(small_tokenizer.path.read_bytes())
    loaded = LLM.load(tmp_path, EngineConfig(num_blocks=64, max_sequences=8, deterministic=True))
    MADE.append(loaded.engine)
    assert loaded.model_name == tmp_path.name
    assert loaded.config == llm.config
    assert loaded.table == llm.table
    assert loaded.max_context == 1024
    (tmp_path / "intensity.json").write_text("{}")
    with pytest.raises(CheckpointError, match="levels"):
        LLM.load(tmp_path)


def test_a_dense_checkpoint_answers_about_text_and_pictures(
    tmp_path: Path, small_tokenizer: Tokenizer
) -> None:
    save_model(dense_nano(), tmp_path)
    (tmp_path / "tekken.json").write_bytes(small_tokenizer.path.read_bytes())
    llm = LLM.load(tmp_path, EngineConfig(num_blocks=64, max_sequences=8, deterministic=True))
    MADE.append(llm.engine)
    for picture in ((), (a_picture(),)):
        [answer], prepared = llm.ask(chat("hello", *picture))
        assert prepared.warnings == ()
        assert prepared.effective.active_experts == (0, 0)
        assert answer.token_ids
        assert answer.expert_rows == llm.engine.stats.expert_rows == 0
    wished = IntensityRequest(active_experts=4)
    [warning] = llm.prepare(chat(intensity=wished)).warnings
    assert "active_experts is 4, which has no effect" in warning
    with pytest.raises(InvalidRequest, match="would be warned: active_experts is 4"):
        llm.prepare(chat(intensity=wished, strict=True))


def test_a_model_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        LLM.load(tmp_path / "nothing")


def test_parts_that_do_not_belong_together_are_refused(
    small_tokenizer: Tokenizer,
) -> None:
    model = nano()
    with torch.device("meta"):
        smaller = Small4(replace(model.config, vocab_size=1500))
    table = IntensityTable.standard(model.config)
    with pytest.raises(CheckpointError, match="2048 ids and the model 1500"):
        LLM(smaller, small_tokenizer, table, MANIFEST)
    levels = tuple(replace(level, effort_token="huge") for level in table.levels)
    with pytest.raises(CheckpointError, match="'huge'"):
        LLM(model, small_tokenizer, replace(table, levels=levels), MANIFEST)
