import torch

from tests.unit.engine.fakes import a_request, engine_config
from trinity.engine.batch import BatchBuilder
from trinity.engine.sequence import Sequence

SIZE = 4


def running(prompt: str, blocks: list[int], num_cached: int = 0, k: int = 2) -> Sequence:
    sequence = Sequence(a_request(prompt=prompt, k=k), 0, 0, (4, 4))
    sequence.admit(blocks, num_cached, SIZE)
    return sequence


def builder(deterministic: bool = False) -> BatchBuilder:
    config = engine_config(block_size=SIZE, max_sequences=3, deterministic=deterministic)
    return BatchBuilder(config, max_blocks=12)


def test_prompt_chunks_and_decoded_tokens_are_laid_out_flat() -> None:
    one, two = running("abcdef", [5, 2]), running("x" * 7, [3, 9], num_cached=1)
    one.advance(6)
    one.append(1099)
    step = builder().build({one: 1, two: 2})
    batch = step.batch
    assert step.ids_T.tolist() == [1099, *two.token_ids[4:6]]
    assert batch.positions_T.tolist() == [6, 4, 5]
    assert batch.slots_T.tolist() == [2 * SIZE + 2, 9 * SIZE, 9 * SIZE + 1]
    assert step.experts_LT.tolist() == [[2, 4, 4]] * 2
    assert step.ready == {one: 0}
    assert step.last_S.tolist() == [0]
    tables = batch.block_table_SB[batch.group_sequence_G]
    assert tables[0].tolist() == [5, 2] + [0] * 10
    assert tables[1].tolist() == [3, 9] + [0] * 10


def test_groups_cover_chunks_and_repeat_their_last_token() -> None:
    one, two = running("a" * 20, [1, 2, 3, 4, 5]), running("b", [6])
    batch = builder().build({one: 20, two: 1}).batch
    assert batch.group_tokens_GQ.tolist() == [
        list(range(16)),
        [16, 17, 18, *[19] * 13],
        [20] * 16,
    ]
    assert batch.context_G == [16, 20, 1]
    assert batch.row_tile is None


def test_decoding_alone_and_deterministic_mode_take_groups_of_one() -> None:
    one = running("a" * 5, [1, 2])
    assert builder(deterministic=True).build({one: 5}).batch.group_tokens_GQ.shape == (5, 1)
    assert builder(deterministic=True).build({one: 5}).batch.row_tile == 16
    one.advance(5)
    one.append(1000)
    assert builder().build({one: 1}).batch.group_tokens_GQ.tolist() == [[0]]


def test_block_tables_are_added_to_in_place() -> None:
    one = running("abcd", [7])
    building = builder()
    table = building.build({one: 4}).batch.block_table_SB
    one.advance(4)
    one.append(1000)
    one.blocks += [8]
    step = building.build({one: 1})
    assert step.batch.block_table_SB is table
    row = int(step.batch.group_sequence_G)
    assert table[row].tolist() == [7, 8] + [0] * 10


def test_rows_are_cleared_and_used_again() -> None:
    building = builder()
    for prompt, blocks in (("abcdefgh", [1, 2]), ("abcd", [3]), ("abcdefgh", [4, 5])) * 3:
        one = running(prompt, blocks)
        table = building.build({one: len(prompt)}).batch.block_table_SB
        assert table[table != 0].tolist() == blocks
        one.end()


def test_a_resumed_sequence_gets_a_fresh_row() -> None:
    building = builder()
    one = running("abcdefgh", [1, 2])
    building.build({one: 8})
    one.preempt()
    one.admit([5, 6], 0, SIZE)
    batch = building.build({one: 8}).batch
    row = batch.block_table_SB[batch.group_sequence_G[0]]
    assert row.tolist() == [5, 6] + [0] * 10
    assert int((batch.block_table_SB != 0).sum()) == 2


def test_expert_counts_are_built_anew_only_when_they_change() -> None:
    building = builder()
    one, two = running("ab", [1]), running("cd", [2], k=3)
    building.build({one: 2, two: 2})
    for sequence in (one, two):
        sequence.advance(2)
        sequence.append(1000)
    first = building.build({one: 1, two: 1}).experts_LT
    assert first.tolist() == [[2, 3]] * 2
    assert building.build({one: 1, two: 1}).experts_LT is first
    assert torch.equal(building.build({two: 1}).experts_LT, torch.full((2, 1), 3))


def test_routing_discounts_are_those_of_decoded_tokens() -> None:
    lossy = Sequence(a_request(prompt="abcdef", routing_discount=0.5), 0, 0, (4, 4))
    lossy.admit([5, 2], 0, SIZE)
    other = running("x" * 7, [3, 9])
    assert builder().build({other: 2}).batch.routing_discount_T is None
    assert builder().build({lossy: 3, other: 2}).batch.routing_discount_T.tolist() == [1.0] * 5
    lossy.advance(6)
    lossy.append(1099)
    assert builder().build({lossy: 1, other: 2}).batch.routing_discount_T.tolist() == [0.5, 1, 1]
