import pytest

from tests.unit.engine.fakes import an_image
from trinity.engine.runner import image_tokens_before


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 4), (3, 1), (2, 3)])
def test_image_tokens_are_counted_up_to_any_position(rows: int, columns: int) -> None:
    image = an_image(5, rows, columns)
    tokens = ([True] * columns + [False]) * rows
    line = [False] * 5 + tokens + [False] * 4
    for position in range(len(line) + 1):
        assert image_tokens_before(image, position) == sum(line[:position])
