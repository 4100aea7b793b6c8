"""Pictures: bytes of an image file in, normalised pixels and a token grid out.

Called by the chat template, the command line and training. Nothing of a file is decoded before its
header was checked, and no library text reaches the user.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
import struct
import threading
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from trinity.errors import InvalidRequest, TooLarge
from trinity.types import PreparedImage

if TYPE_CHECKING:
    from trinity.config import VisionConfig

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 40_000_000
MIN_SIDE = 4
"""Pixels. A side of 1 to 3 pixels shows nothing, and its grid would stretch it beyond sense."""

PIXEL_MEAN = (0.48145466, 0.4578275, 0.40821073)
"""Mean of the red, green and blue channels of the encoder's training pictures, 0 to 1."""
PIXEL_STD = (0.26862954, 0.26130258, 0.27577711)
"""Standard deviation of the same."""

_DAMAGE = (
    EOFError,
    LookupError,
    OSError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What Pillow's decoders raise on files that are damaged; none of it is meant for users."""

_ORIENTATION_TAG = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""How to turn a picture upright, by its EXIF orientation."""

# Guards the process-wide list of warning filters.
_FILTERS_LOCK = threading.Lock()

_DATA_URL = re.compile(r"data:image/[\w.+-]+;base64,", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/]{64,}={0,2}")


def decode_image(data: bytes) -> Image.Image:
    """Decode an image file to upright RGB, transparency shown on white.

    Raises `TooLarge` above the limits of bytes or pixels, and `InvalidRequest` for anything that is
    not one intact still picture in an allowed format.
    """
    if not data:
        raise InvalidRequest("The picture is empty: the file has no bytes.")
    if len(data) > MAX_FILE_BYTES:
        raise _too_many_bytes(len(data))
    picture = _open_header(data)
    _check_header(picture)
    try:
        picture.load()
        return _upright(picture, _to_rgb(picture))
    except _DAMAGE:
        raise InvalidRequest(
            "The picture is damaged or incomplete: its file ends early or contradicts itself."
        ) from None


def resize_grid(width: int, height: int, vision: VisionConfig) -> tuple[int, int]:
    """The (columns, rows) of image tokens for a picture of `width` x `height` pixels.

    The rule of mistral-common: shrink so that the longest edge fits, rounding each side to the
    nearest pixel, then cover what is left with whole tokens.
    """
    ratio = max(width, height) / vision.image_size
    if ratio > 1:
        width, height = max(round(width / ratio), 1), max(round(height / ratio), 1)
    return -(-width // vision.token_pixels), -(-height // vision.token_pixels)


def to_pixels(image: Image.Image, vision: VisionConfig) -> np.ndarray:
    """Resize an RGB picture to whole tokens and normalise it: float32 [3, height, width]."""
    columns, rows = resize_grid(image.width, image.height, vision)
    size = (columns * vision.token_pixels, rows * vision.token_pixels)
    resized = image.resize(size, Image.Resampling.BICUBIC)
    values: np.ndarray = np.asarray(resized, dtype=np.float32) / np.float32(255)
    values -= np.array(PIXEL_MEAN, dtype=np.float32)
    values /= np.array(PIXEL_STD, dtype=np.float32)
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def prepare_image(data: bytes, vision: VisionConfig, *, start: int = 0) -> PreparedImage:
    """Decode an image file for the encoder; `start` is its first token's index in the prompt.

    Raises the errors of `decode_image`.
    """
    pixels = to_pixels(decode_image(data), vision)
    _, height, width = pixels.shape
    digest = hashlib.sha256(f"{height}x{width}:".encode())
    digest.update(pixels.data)
    return PreparedImage(
        pixels=pixels,
        digest=digest.digest(),
        start=start,
        rows=height // vision.token_pixels,
        columns=width // vision.token_pixels,
    )


def load_image_argument(value: str) -> bytes:
    """The bytes that a command-line argument stands for: a path, a data URL or plain base64.

    Reads local files, so never give it text from a network request: `image_from_data_url` is for
    that. Raises `InvalidRequest` or `TooLarge` where there is no such picture.
    """
    if value[:8].lower().startswith(("http://", "https://")):
        raise InvalidRequest(
            "Pictures are not fetched from the web; download it and give the file's path."
        )
    if value[:5].lower() == "data:":
        return image_from_data_url(value)
    path = Path(value)
    if _is(path.is_file):
        return _read_file(path)
    compact = "".join(value.split())
    if _BASE64.fullmatch(compact):
        return _decode_base64(compact)
    if _is(path.exists):
        raise InvalidRequest(f"{_short(value)} is not a picture file; give the path of one.")
    raise InvalidRequest(f"There is no picture file {_short(value)}; check the path.")


def image_from_data_url(url: str) -> bytes:
    """The bytes inside `data:image/...;base64,...`. Raises `InvalidRequest` for other text."""
    header = _DATA_URL.match(url)
    if not header:
        raise InvalidRequest(
            "A picture must be given as a URL of the form data:image/png;base64,...; other URLs "
            "are not fetched."
        )
    return _decode_base64(url[header.end() :])


@contextmanager
def _quiet_pillow() -> Iterator[None]:
    """Keep Pillow's remarks on odd files off stderr, and make its size warning an error.

    It warns from 89 megapixels on and refuses twice as many; both are far above our own limit.
    """
    with _FILTERS_LOCK, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        yield


def _open_header(data: bytes) -> Image.Image:
    """Read the header of an allowed format. Raises `InvalidRequest` or `TooLarge`."""
    try:
        with _quiet_pillow():
            return Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise TooLarge(
            f"The picture has more than {MAX_PIXELS // 1_000_000} megapixels; make it smaller."
        ) from None
    except _DAMAGE:
        raise InvalidRequest(
            f"This is not a readable picture; the formats {_listed(FORMATS)} are understood."
        ) from None


def _check_header(picture: Image.Image) -> None:
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise TooLarge(
            f"The picture has {width} x {height} pixels; at most {MAX_PIXELS // 1_000_000} "
            "megapixels are allowed: make it smaller."
        )
    if min(width, height) < MIN_SIDE:
        raise InvalidRequest(
            f"The picture has {width} x {height} pixels; each side needs at least {MIN_SIDE}."
        )
    # The further frames of a photograph (MPO) are its preview or gain map, not another moment.
    if picture.format != "MPO" and _is_animated(picture):
        raise InvalidRequest(
            "The picture is animated; only still pictures are understood: send one frame of it."
        )


def _is_animated(picture: Image.Image) -> bool:
    try:
        return bool(getattr(picture, "is_animated", False))
    except _DAMAGE:
        # The search for a second frame met damage, which decoding the first one will report.
        return False


def _to_rgb(picture: Image.Image) -> Image.Image:
    """Convert any mode to RGB: 16 bits to 8, and transparency over white."""
    if picture.mode.startswith("I"):
        picture = _to_8_bit(picture)
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")


def _to_8_bit(picture: Image.Image) -> Image.Image:
    """Keep the high byte of 16-bit greys, as decoders do for colours; conversion would clip."""
    greys = np.asarray(picture)
    shown = (greys >> 8).astype(np.uint8)
    transparent = picture.info.get("transparency")
    if isinstance(transparent, int):
        shown[greys == transparent] = 255
    return Image.fromarray(shown)


def _upright(picture: Image.Image, rgb: Image.Image) -> Image.Image:
    try:
        with _quiet_pillow():
            turn = _UPRIGHT.get(picture.getexif().get(_ORIENTATION_TAG, 1))
    except _DAMAGE:
        # Camera data that cannot be read says nothing about the pixels.
        return rgb
    return rgb if turn is None else rgb.transpose(turn)


def _is(question: Callable[[], bool]) -> bool:
    """Ask a path; text that cannot be a path, such as a longer one than any, answers no."""
    try:
        return question()
    except OSError:
        return False


def _read_file(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise _too_many_bytes(size)
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or "unknown reason"
        raise InvalidRequest(f"{_short(str(path))} cannot be read: {reason}.") from None


def _decode_base64(text: str) -> bytes:
    if len(text) > MAX_FILE_BYTES * 3 // 2:
        raise _too_many_bytes(len(text) * 3 // 4)
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest("The picture's base64 text is not valid; encode it again.") from None


def _too_many_bytes(size: int) -> TooLarge:
    megabytes = MAX_FILE_BYTES // (1024 * 1024)
    return TooLarge(f"The picture file has {size:,} bytes; at most {megabytes} MiB are allowed.")


def _listed(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _short(value: str) -> str:
    return repr(value if len(value) <= 80 else value[:77] + "...")
