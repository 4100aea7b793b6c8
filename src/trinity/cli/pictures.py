"""Pictures on a terminal: half-block characters in 24-bit colours, or plain ASCII."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trinity.inputs.images import decode_image

if TYPE_CHECKING:
    from PIL import Image
    from rich.console import Console
    from rich.text import Text

MAX_COLUMNS = 64

_INK = "@%#*+=-:. "
"""From most to least; the ground, dark or light, is left blank."""


def picture_text(data: bytes, console: Console) -> Text:
    """The picture in an image file, at most 64 columns wide, as `console` can show it."""
    image = decode_image(data)
    columns = min(image.width, MAX_COLUMNS, console.width)
    rows = max(2, round(image.height * columns / image.width / 2) * 2)
    small = image.resize((columns, rows))
    return _ascii(small) if console.color_system is None else _half_blocks(small)


def _half_blocks(image: Image.Image) -> Text:
    """Two pixels a character: the upper one is the block's colour, the lower one the ground's."""
    from rich.text import Text

    values = image.tobytes().hex(":", 3).split(":")
    colours = [values[i : i + image.width] for i in range(0, len(values), image.width)]
    text = Text(no_wrap=True)
    for upper, lower in zip(colours[::2], colours[1::2], strict=True):
        for above, below in zip(upper, lower, strict=True):
            text.append("▀", style=f"#{above} on #{below}")
        text.append("\n")
    return text


def _ascii(image: Image.Image) -> Text:
    from rich.text import Text

    grey = image.convert("L").resize((image.width, image.height // 2))
    values = grey.tobytes()
    is_dark = sum(values) < 128 * len(values)
    ramp = _INK[::-1] if is_dark else _INK
    marks = [ramp[value * len(ramp) // 256] for value in values]
    lines = ["".join(marks[i : i + grey.width]) for i in range(0, len(marks), grey.width)]
    return Text("\n".join(lines) + "\n", no_wrap=True)
