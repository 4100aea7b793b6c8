from dataclasses import replace

import pytest

from tests.unit.engine.fakes import a_request, an_image, image_ids
from trinity.engine.sequence import Sequence, State
from trinity.types import GenerationRequest, Mode

PROMPT_K = (4, 4)
SIZE = 4


def sequence(request: GenerationRequest | None = None, index: int = 0) -> Sequence:
    return Sequence(request or a_request(prompt="abcdef", k=(2, 3)), index, 0, PROMPT_K)


def test_it_catches_up_with_its_tokens_and_grows() -> None:
    one = sequence()
    one.admit([7, 8], 0, SIZE)
    one.advance(4)
    assert one.num_pending == 2
    one.advance(2)
    one.append(1001)
    assert (one.num_tokens, one.num_generated, one.num_pending) == (7, 1, 1)


def test_prompt_tokens_take_the_models_experts_and_answers_their_own() -> None:
    one = sequence()
    assert one.expert_runs(0, 6) == [(PROMPT_K, 6)]
    assert one.expert_runs(4, 9) == [(PROMPT_K, 2), ((2, 3), 3)]
    assert one.expert_runs(6, 7) == [((2, 3), 1)]


def test_a_request_may_choose_the_experts_of_its_prompt() -> None:
    request = replace(a_request(prompt="abcdef", k=(2, 3)), prompt_experts=(2, 2))
    one, other = sequence(request), sequence()
    assert one.expert_runs(4, 9) == [((2, 2), 2), ((2, 3), 3)]
    assert one.key(0, SIZE) != other.key(0, SIZE)


def test_expert_rows_are_those_of_evaluated_answer_tokens() -> None:
    one = sequence()
    assert one.expert_rows == 0
    one.admit([7, 8], 0, SIZE)
    one.advance(6)
    one.append(1001)
    assert one.expert_rows == 0
    one.advance(1)
    one.append(1002)
    assert one.expert_rows == 5


def test_preemption_keeps_tokens_and_first_cache_hit() -> None:
    one = sequence()
    one.admit([7, 8], 1, SIZE)
    assert one.num_computed == 4
    one.advance(2)
    one.append(1001)
    assert one.preempt() == [7, 8]
    assert (one.state, one.num_computed, one.num_generated) == (State.WAITING, 0, 1)
    one.admit([3, 4], 0, SIZE)
    assert one.num_cached == 4
    assert one.num_pending == 7


def test_efforts_share_prompt_blocks_and_not_answer_blocks() -> None:
    low, high = sequence(), sequence(a_request(prompt="abcdef", k=(4, 4)))
    for one in (low, high):
        one.admit([1, 2, 3], 0, SIZE)
        one.advance(6)
        one.append(1001)
        one.advance(1)
        one.append(1002)
    assert low.key(0, SIZE) == high.key(0, SIZE)
    assert low.key(1, SIZE) != high.key(1, SIZE)


def test_an_answer_at_the_models_own_count_is_a_prompt_of_the_next_turn() -> None:
    first = sequence(a_request(prompt="abcdef", k=PROMPT_K))
    first.admit([1, 2], 0, SIZE)
    first.advance(6)
    for token in first.request.prompt_ids[:2]:
        first.append(token)
        first.advance(1)
    second = sequence(a_request(prompt="abcdefab"))
    assert first.key(1, SIZE) == second.key(1, SIZE)


def test_keys_know_the_pictures_in_their_block() -> None:
    def keys(seed: int) -> list[bytes]:
        prompt = [1000, 1001, 1002, 1003, *image_ids(), 1004]
        one = sequence(a_request(prompt=prompt, images=(an_image(4, seed=seed),)))
        return [one.key(index, SIZE) for index in range(3)]

    assert keys(0) == keys(0)
    assert keys(0)[0] == keys(1)[0]
    assert not set(keys(0)[1:]) & set(keys(1)[1:])


def test_each_full_block_is_offered_once() -> None:
    one = sequence(a_request(prompt="a" * 11))
    one.admit([5, 6, 7], 1, SIZE)
    assert list(one.new_full_blocks(SIZE)) == []
    one.advance(5)
    assert [block for block, _ in one.new_full_blocks(SIZE)] == [6]
    assert list(one.new_full_blocks(SIZE)) == []
    one.preempt()
    one.admit([1, 2, 3], 0, SIZE)
    one.advance(9)
    assert [block for block, _ in one.new_full_blocks(SIZE)] == [1, 2]


def test_latency_requests_rank_before_earlier_ones_of_other_modes() -> None:
    early = Sequence(a_request(), 0, 0, PROMPT_K, Mode.THROUGHPUT)
    late = Sequence(a_request(), 0, 9, PROMPT_K, Mode.LATENCY)
    assert late.rank < early.rank


def test_illegal_moves_are_refused() -> None:
    one = sequence()
    for move in (one.preempt, lambda: one.advance(1), lambda: one.append(1)):
        with pytest.raises(AssertionError):
            move()
    one.admit([1, 2], 0, SIZE)
    with pytest.raises(AssertionError):
        one.admit([1, 2], 0, SIZE)
    with pytest.raises(AssertionError):
        one.append(1)
    with pytest.raises(AssertionError):
        one.advance(7)
    one.end()
    with pytest.raises(AssertionError):
        one.end()


def test_prompts_are_routed_exactly_whatever_the_answer() -> None:
    one = sequence(a_request(prompt="abcdef", routing_discount=0.5))
    assert one.routing_discounts(4, 8) == [1.0, 1.0, 0.5, 0.5]
    assert one.routing_discounts(0, 3) == [1.0] * 3
    assert one.routing_discounts(7, 8) == [0.5]


def test_only_the_prompt_of_a_discounted_answer_is_offered_to_others() -> None:
    one = sequence(a_request(prompt="abcdef", routing_discount=0.5))
    one.admit([7, 8, 9], 0, SIZE)
    one.advance(6)
    for token in range(4):
        one.append(1001 + token)
        one.advance(1)
    assert [block for block, _ in one.new_full_blocks(SIZE)] == [7]
