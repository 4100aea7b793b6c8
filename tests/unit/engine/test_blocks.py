import pytest

from trinity.engine.blocks import NULL_BLOCK, ROOT_KEY, BlockPool, block_key

K4 = ((4, 4), 3)


def key(**changes: object) -> bytes:
    parts = {"parent": ROOT_KEY, "token_ids": [1, 2, 3], "experts": [K4], "images": []}
    return block_key(**(parts | changes))


def test_the_null_block_is_never_given_out_and_every_other_is() -> None:
    pool = BlockPool(4)
    blocks = pool.allocate(4)
    assert sorted(blocks) == [1, 2, 3, 4]
    assert NULL_BLOCK not in blocks
    assert pool.num_available == 0
    pool.check_integrity([blocks])
    pool.release(blocks)
    assert pool.num_available == 4
    pool.check_integrity([])


def test_a_key_depends_on_all_that_latents_depend_on() -> None:
    different = [
        key(),
        key(parent=key()),
        key(token_ids=[1, 2, 4]),
        key(experts=[((4, 3), 3)]),
        key(experts=[((4, 4), 2), ((2, 2), 1)]),
        key(experts=[((4, 4), 1), ((2, 2), 2)]),
        key(images=[(0, b"a" * 32)]),
        key(images=[(1, b"a" * 32)]),
        key(images=[(0, b"b" * 32)]),
    ]
    assert len(set(different)) == len(different)


def test_a_key_does_not_depend_on_how_equal_counts_are_cut() -> None:
    assert key(experts=[((4, 4), 1), ((4, 4), 2)]) == key()


def test_released_cached_blocks_are_found_again_and_shared() -> None:
    pool = BlockPool(4)
    first = pool.allocate(2)
    keys = [key(), key(parent=key())]
    for block, name in zip(first, keys, strict=True):
        pool.cache(block, name)
    pool.release(first)
    assert pool.num_available == 4
    found = pool.match(keys)
    assert found == first
    assert pool.num_unused(found) == 2
    pool.share(found)
    pool.share(found)
    assert pool.num_available == 2
    pool.check_integrity([found, found])


def test_a_match_ends_at_the_first_block_that_is_missing() -> None:
    pool = BlockPool(4)
    blocks = pool.allocate(2)
    keys = [b"one", b"two", b"three"]
    pool.cache(blocks[0], keys[0])
    pool.cache(blocks[1], keys[2])
    assert pool.match(keys) == [blocks[0]]


def test_the_least_recently_used_goes_first_and_a_chain_from_its_end() -> None:
    pool = BlockPool(4)
    old, new = pool.allocate(2), pool.allocate(2)
    for block, name in zip([*old, *new], "abcd", strict=True):
        pool.cache(block, name.encode())
    pool.release(old)
    pool.release(new)
    assert pool.allocate(3) == [old[1], old[0], new[1]]
    assert pool.match([b"a"]) == pool.match([b"d"]) == []
    assert pool.match([b"c"]) == [new[0]]


def test_using_a_block_again_saves_it_from_eviction() -> None:
    pool = BlockPool(2)
    first, second = pool.allocate(1), pool.allocate(1)
    pool.cache(*first, b"first")
    pool.cache(*second, b"second")
    pool.release(first)
    pool.release(second)
    pool.share(first)
    pool.release(first)
    assert pool.allocate(1) == second


def test_equal_contents_are_found_once() -> None:
    pool = BlockPool(2)
    blocks = pool.allocate(2)
    pool.cache(blocks[0], b"same")
    pool.cache(blocks[1], b"same")
    assert pool.match([b"same"]) == [blocks[0]]
    assert pool.num_cached == 1
    pool.release(blocks)
    pool.check_integrity([])


def test_spoilt_blocks_cannot_be_found_but_shared_ones_stay() -> None:
    pool = BlockPool(3)
    blocks = pool.allocate(2)
    pool.cache(blocks[0], b"shared")
    pool.cache(blocks[1], b"alone")
    pool.share(blocks[:1])
    assert pool.forget_spoilt(blocks) == [blocks[1]]
    assert pool.match([b"shared"]) == [blocks[0]]
    assert pool.match([b"alone"]) == []
    pool.check_integrity([blocks, blocks[:1]])


def test_clearing_forgets_contents_and_keeps_what_is_held() -> None:
    pool = BlockPool(3)
    blocks = pool.allocate(2)
    for block in blocks:
        pool.cache(block, bytes([block]))
    pool.release(blocks[1:])
    pool.clear_cache()
    assert pool.num_cached == 0
    assert pool.num_available == 2
    pool.check_integrity([blocks[:1]])


def test_the_integrity_check_sees_lost_and_miscounted_blocks() -> None:
    pool = BlockPool(3)
    blocks = pool.allocate(2)
    for tables in ([], [blocks, blocks], [blocks, [0]], [blocks[:1]]):
        with pytest.raises(AssertionError):
            pool.check_integrity(tables)
