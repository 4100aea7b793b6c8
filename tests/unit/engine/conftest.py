from collections.abc import Iterator

import pytest

from tests.unit.engine.fakes import MADE


@pytest.fixture(autouse=True)
def _every_block_is_given_back() -> Iterator[None]:
    MADE.clear()
    yield
    for engine in MADE:
        if engine.has_work:
            continue
        engine.check_integrity()
        assert engine.stats.running == engine.stats.waiting == 0
        assert engine.stats.free_blocks == engine.stats.num_blocks
