from __future__ import annotations

import random

import pytest
import torch

from tests.unit.train.conftest import TOKENIZER
from trinity.config import AnyConfig, DenseConfig, ModelConfig
from trinity.errors import ConfigError
from trinity.train.corpus import Corpus, CorpusConfig, Source
from trinity.train.example import Example
from trinity.train.items import Split


def corpus_of(model: AnyConfig, split: Split = Split.TRAIN, **changes: object) -> Corpus:
    return Corpus(CorpusConfig(window_examples=32, **changes), model, str(TOKENIZER), split)


def examples_of(corpus: Corpus, count: int, seed: int = 0) -> list[Example]:
    rng = random.Random(seed)
    return [corpus.example(rng) for _ in range(count)]


def test_a_window_depends_on_seed_and_number_only(tiny_model: ModelConfig) -> None:
    first, again = corpus_of(tiny_model)[3], corpus_of(tiny_model)[3]
    other = corpus_of(tiny_model)[4]
    assert len(first) == len(again)
    for step, step_again in zip(first, again, strict=True):
        for micro, micro_again in zip(step, step_again, strict=True):
            assert torch.equal(micro.ids_T, micro_again.ids_T)
            assert torch.equal(micro.experts_LT, micro_again.experts_LT)
            assert torch.equal(micro.weight_T, micro_again.weight_T)
    assert not torch.equal(first[0][0].ids_T[:100], other[0][0].ids_T[:100])


def test_loss_falls_on_the_answer_and_ends_with_the_end_token(tiny_model: ModelConfig) -> None:
    corpus = corpus_of(tiny_model, micro_tokens=2000)
    for [micro] in corpus[0]:
        start = 0
        for length in micro.lengths:
            weight = micro.weight_T[start : start + length]
            targets = micro.targets_T[start : start + length]
            scored = weight.nonzero().squeeze(-1)
            assert targets[scored[-1]] == corpus.tokenizer.eos_id
            assert scored[-1] == length - 1
            # An answer follows a question, or what its tools have said.
            before = {
                corpus.tokenizer.end_inst_id,
                corpus.tokenizer.control_id("[/TOOL_RESULTS]"),
            }
            assert int(micro.ids_T[start + scored[0]]) in before
            start += length
        assert start == len(micro.ids_T)


def test_targets_are_the_next_tokens(tiny_model: ModelConfig) -> None:
    [micro] = corpus_of(tiny_model)[1][0]
    start = 0
    for length in micro.lengths:
        ids = micro.ids_T[start : start + length]
        assert torch.equal(ids[1:], micro.targets_T[start : start + length - 1])
        start += length


def test_the_prompt_runs_at_the_models_own_count_and_the_answer_at_its_own(
    tiny_model: ModelConfig,
) -> None:
    corpus = corpus_of(tiny_model, expert_range=(1, 3), full_experts_share=0.0)
    seen = set()
    for [micro] in corpus[0]:
        start = 0
        for length in micro.lengths:
            first = int(micro.weight_T[start : start + length].nonzero()[0])
            counts = micro.experts_LT[:, start : start + length]
            assert (counts[:, : first + 1] == tiny_model.num_experts_per_tok).all()
            answer = counts[:, first + 1 :]
            assert (answer == answer[:, :1]).all()
            seen |= set(answer.flatten().tolist())
            start += length
    assert seen == {1, 2, 3}


def test_effort_none_answers_at_once_and_high_thinks_first(tiny_model: ModelConfig) -> None:
    for effort in ("none", "high"):
        corpus = corpus_of(
            tiny_model, effort_shares=((effort, 1.0),), sources=(Source("reasoning", 1.0),)
        )
        think = corpus.tokenizer.think_id
        opens = [e.ids[e.answer_start] == think for e in examples_of(corpus, 40)]
        assert all(opens) if effort == "high" else not any(opens)


def test_a_cut_thought_is_closed_without_teaching_the_close(tiny_model: ModelConfig) -> None:
    corpus = corpus_of(
        tiny_model,
        truncated_share=1.0,
        effort_shares=(("high", 1.0),),
        sources=(Source("reasoning", 1.0),),
    )
    for example in examples_of(corpus, 30):
        [index] = example.silent
        assert example.ids[index] == corpus.tokenizer.end_think_id


def test_pictures_fill_exactly_the_image_tokens(tiny_model: ModelConfig) -> None:
    corpus = corpus_of(tiny_model, sources=(Source("vision", 1.0),))
    for example in examples_of(corpus, 20):
        side = tiny_model.vision.token_pixels
        expected = sum(p.shape[1] // side * (p.shape[2] // side) for p in example.pixels)
        assert example.ids.count(corpus.tokenizer.image_id) == expected > 0


@pytest.mark.parametrize("split", [Split.VALIDATION, Split.TEST])
def test_splits_share_no_stream(tiny_model: ModelConfig, split: Split) -> None:
    train = examples_of(corpus_of(tiny_model), 10)
    held = examples_of(corpus_of(tiny_model, split), 10)
    assert [e.ids for e in train] != [e.ids for e in held]


def test_a_dense_model_gets_the_same_examples_without_experts(
    tiny_model: ModelConfig, tiny_dense: DenseConfig
) -> None:
    ours, twins = (examples_of(corpus_of(model), 12) for model in (tiny_model, tiny_dense))
    assert [example.ids for example in ours] == [example.ids for example in twins]
    assert {example.experts for example in twins} == {(0, 0)}
    [micro] = corpus_of(tiny_dense)[0][0]
    assert not micro.experts_LT.any()


def test_a_family_without_an_exercise_in_a_split_is_named() -> None:
    source = Source("reasoning", 1.0, ("from_roman",), (1, 1))
    with pytest.raises(ConfigError, match="from_roman has no exercise of the levels 1 to 1 in"):
        source.draw(random.Random(0), Split.VALIDATION)
