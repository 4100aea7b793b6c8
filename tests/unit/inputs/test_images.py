import base64
import io
import random
import struct
import subprocess
import sys
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mistral_common.tokens.tokenizers.image import ImageConfig, ImageEncoder, SpecialImageIDs
from PIL import Image

from trinity.config import VisionConfig
from trinity.errors import InvalidRequest, TooLarge
from trinity.inputs import images
from trinity.inputs.images import (
    decode_image,
    image_from_data_url,
    load_image_argument,
    prepare_image,
    resize_grid,
    to_pixels,
)

FULL = VisionConfig()
SMALL = VisionConfig(patch_size=8, image_size=192)
NOISE = Image.fromarray(
    np.random.default_rng(0).integers(0, 256, (24, 32, 4), dtype=np.uint8), "RGBA"
)


def file_of(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def huge_png(width: int, height: int) -> bytes:
    """A valid header of a picture whose pixels are not there."""

    def chunk(name: bytes, content: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def pixels_of(data: bytes) -> np.ndarray:
    return np.asarray(decode_image(data))


@pytest.mark.parametrize(
    ("size", "grid"),
    [
        ((1540, 1540), (55, 55)),
        ((4000, 4000), (55, 55)),
        ((28, 28), (1, 1)),
        ((29, 28), (2, 1)),
        ((3080, 1000), (55, 18)),
        ((10_000, 10), (55, 1)),
        ((4, 1_000_000), (1, 55)),
    ],
)
def test_the_grid_of_known_sizes(size: tuple[int, int], grid: tuple[int, int]) -> None:
    assert resize_grid(*size, FULL) == grid


def test_the_largest_picture_of_the_full_model_takes_3080_tokens() -> None:
    columns, rows = resize_grid(1540, 1540, FULL)
    assert (columns + 1) * rows == 3080


@given(st.integers(1, 9000), st.integers(1, 9000), st.sampled_from([FULL, SMALL]))
def test_the_grid_is_that_of_mistral_common(width: int, height: int, vision: VisionConfig) -> None:
    config = ImageConfig(vision.patch_size, vision.image_size, vision.spatial_merge_size)
    encoder = ImageEncoder(config, SpecialImageIDs(10, 12, 13))
    # A view of the size alone, so that no pixels are made.
    sized = type("Sized", (), {"size": (width, height)})()
    assert resize_grid(width, height, vision) == encoder._image_to_num_tokens(sized)


def test_pixels_are_normalised_with_the_channels_first() -> None:
    pixels = to_pixels(Image.new("RGB", (40, 20), (255, 0, 128)), SMALL)
    assert pixels.shape == (3, 32, 48)
    assert pixels.dtype == np.float32
    assert pixels[0] == pytest.approx((1 - 0.48145466) / 0.26862954, abs=1e-6)
    assert pixels[1] == pytest.approx(-0.4578275 / 0.26130258, abs=1e-6)
    assert pixels[2] == pytest.approx((128 / 255 - 0.40821073) / 0.27577711, abs=1e-6)


def test_a_picture_of_whole_tokens_is_not_resampled() -> None:
    picture = NOISE.convert("RGB").crop((0, 0, 32, 16))
    shown = to_pixels(picture, SMALL).transpose(1, 2, 0)
    shown = (shown * np.float32(images.PIXEL_STD) + np.float32(images.PIXEL_MEAN)) * 255
    assert shown == pytest.approx(np.asarray(picture), abs=1e-3)


def test_prepare_image_says_grid_and_digest() -> None:
    prepared = prepare_image(file_of(Image.new("RGB", (40, 20))), SMALL, start=7)
    assert (prepared.start, prepared.columns, prepared.rows) == (7, 3, 2)
    assert prepared.pixels.shape == (3, 32, 48)
    assert prepared.num_tokens == 8
    assert len(prepared.digest) == 32


def test_equal_bytes_of_different_shape_have_different_digests() -> None:
    wide = prepare_image(file_of(Image.new("RGB", (64, 16))), SMALL)
    tall = prepare_image(file_of(Image.new("RGB", (16, 64))), SMALL)
    assert wide.pixels.tobytes() == tall.pixels.tobytes()
    assert wide.digest != tall.digest


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_every_allowed_format_is_decoded(kind: str) -> None:
    shown = pixels_of(file_of(Image.new("RGB", (16, 12), (250, 20, 30)), kind))
    assert shown.shape == (12, 16, 3)
    assert shown.reshape(-1, 3).mean(0) == pytest.approx([250, 20, 30], abs=4)


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparency_is_shown_on_white(mode: str) -> None:
    picture = NOISE.convert(mode)
    colour, alpha = np.float64(picture.convert("RGBA"))[..., :3], np.float64(picture)[..., -1:]
    expected = (colour * alpha + 255 * (255 - alpha)) / 255
    assert pixels_of(file_of(picture)) == pytest.approx(expected, abs=1)


def test_a_transparent_palette_entry_is_white() -> None:
    picture = Image.new("P", (8, 8), 1)
    picture.putpalette([0, 0, 0, 10, 20, 30])
    picture.paste(0, (0, 0, 4, 8))
    for kind in ("PNG", "GIF"):
        shown = pixels_of(file_of(picture, kind, transparency=0))
        assert shown[0, 0].tolist() == [255, 255, 255]
        assert shown[0, 7].tolist() == [10, 20, 30]


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_modes_without_transparency_keep_their_colours(mode: str) -> None:
    picture = NOISE.convert("RGB").convert(mode)
    assert (pixels_of(file_of(picture)) == np.asarray(picture.convert("RGB"))).all()


def test_sixteen_bit_grey_keeps_its_high_byte() -> None:
    ramp = np.arange(0, 65_536, 256, dtype=np.uint16).reshape(16, 16) + 7
    shown = pixels_of(file_of(Image.fromarray(ramp)))
    assert (shown == (ramp >> 8)[..., None]).all()


def test_sixteen_bit_transparent_grey_is_white() -> None:
    picture = Image.fromarray(np.full((8, 8), 1000, dtype=np.uint16))
    assert (pixels_of(file_of(picture, transparency=1000)) == 255).all()


def test_cmyk_becomes_rgb() -> None:
    shown = pixels_of(file_of(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG"))
    assert shown.reshape(-1, 3).mean(0) == pytest.approx([255, 0, 0], abs=4)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_turns_the_picture_upright(orientation: int) -> None:
    upright = np.asarray(NOISE.convert("RGB"))
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: upright.transpose(1, 0, 2)[::-1],
        7: upright[::-1, ::-1].transpose(1, 0, 2),
        8: upright.transpose(1, 0, 2)[:, ::-1],
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = file_of(Image.fromarray(np.ascontiguousarray(stored)), exif=exif)
    assert (pixels_of(data) == upright).all()


def test_unreadable_exif_leaves_the_picture_as_it_is() -> None:
    data = file_of(Image.new("RGB", (16, 12)), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff")
    assert pixels_of(data).shape == (12, 16, 3)


def test_a_photograph_with_a_preview_shows_the_photograph() -> None:
    photograph, preview = Image.new("RGB", (64, 48), "red"), Image.new("RGB", (16, 12), "blue")
    data = file_of(photograph, "MPO", save_all=True, append_images=[preview])
    assert pixels_of(data).shape == (48, 64, 3)
    assert pixels_of(data)[0, 0, 0] > 250


ANIMATION = {"save_all": True, "append_images": [Image.new("RGB", (16, 16), "blue")]}
BAD_PICTURES = {
    "empty": (b"", "is empty"),
    "text": (b"hello, this is not a picture", "not a readable picture"),
    "html": (b"<html><body>404</body></html>", "not a readable picture"),
    "tiff": (file_of(NOISE, "TIFF"), "PNG, JPEG, WEBP, GIF and BMP"),
    "icon": (file_of(NOISE, "ICO"), "not a readable picture"),
    "one pixel": (file_of(Image.new("RGB", (1, 1))), "1 x 1 pixels; each side needs at least 4"),
    "three pixels": (file_of(Image.new("RGB", (3, 3))), "each side needs at least 4"),
    "a line": (file_of(Image.new("RGB", (900, 1))), "900 x 1 pixels"),
    "no height": (huge_png(8, 0), "picture"),
    "no pixels": (huge_png(64, 64), "damaged or incomplete"),
    "animated GIF": (file_of(Image.new("RGB", (16, 16), "red"), "GIF", **ANIMATION), "animated"),
    "animated PNG": (file_of(Image.new("RGB", (16, 16), "red"), "PNG", **ANIMATION), "animated"),
    "animated WebP": (file_of(Image.new("RGB", (16, 16), "red"), "WEBP", **ANIMATION), "animated"),
    "two in one": (b",".join([file_of(NOISE)[:40], file_of(NOISE)]), "picture"),
}


@pytest.mark.parametrize("name", BAD_PICTURES)
def test_bad_pictures_are_refused_with_one_sentence(name: str) -> None:
    data, sentence = BAD_PICTURES[name]
    with pytest.raises(InvalidRequest, match=sentence) as caught:
        decode_image(data)
    assert caught.value.message.count(". ") == 0
    assert "PIL" not in caught.value.message


@pytest.mark.parametrize(
    ("width", "height"), [(20_000, 10_000), (60_000, 60_000), (10_000, 9_500), (10_000, 4001)]
)
def test_too_many_pixels_are_refused_from_the_header(
    width: int, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image.Image, "load", lambda _: pytest.fail("pixels were decoded"))
    with pytest.raises(TooLarge, match="40 megapixels"):
        decode_image(huge_png(width, height))


def test_too_many_bytes_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    data = file_of(NOISE)
    path = tmp_path / "large.png"
    path.write_bytes(data)
    monkeypatch.setattr(images, "MAX_FILE_BYTES", len(data) - 1)
    for attempt in (lambda: decode_image(data), lambda: load_image_argument(str(path))):
        with pytest.raises(TooLarge, match=f"{len(data):,} bytes"):
            attempt()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_truncated_and_flipped_files_never_fail_otherwise(kind: str) -> None:
    data = file_of(NOISE.convert("RGB"), kind)
    rng = random.Random(kind)
    for sixteenth in range(1, 15):
        with pytest.raises(InvalidRequest):
            decode_image(data[: len(data) * sixteenth // 16])
    for _ in range(200):
        flipped = bytearray(data)
        flipped[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        with suppress(InvalidRequest):
            assert decode_image(bytes(flipped)).mode == "RGB"


def test_an_argument_is_a_path_or_base64_or_a_data_url(tmp_path: Path) -> None:
    data = file_of(NOISE)
    path = tmp_path / "picture.png"
    path.write_bytes(data)
    encoded = base64.b64encode(data).decode()
    folded = "\n".join(encoded[i : i + 76] for i in range(0, len(encoded), 76))
    assert load_image_argument(str(path)) == data
    assert load_image_argument(encoded) == data
    assert load_image_argument(folded) == data
    assert load_image_argument(f"data:image/png;base64,{encoded}") == data
    assert image_from_data_url(f"DATA:image/jpeg;base64,{folded}") == data


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("https://example.com/a.png", "not fetched from the web"),
        ("HTTP://example.com/a.png", "not fetched from the web"),
        ("missing.png", "no picture file 'missing.png'"),
        ("a.png" * 2000, r"no picture file '.{77}\.\.\.'"),
        ("\0.png", "no picture file"),
        ("", "not a picture file"),
        ("data:text/html;base64,AAAA", "of the form data:image/png"),
        ("data:image/png,AAAA", "of the form data:image/png"),
        ("data:image/png;base64,A!!A", "base64 text is not valid"),
        ("data:image/png;base64,AAAAA", "base64 text is not valid"),
        ("A" * 65, "base64 text is not valid"),
    ],
)
def test_arguments_without_a_picture_are_refused(value: str, sentence: str) -> None:
    with pytest.raises(InvalidRequest, match=sentence):
        load_image_argument(value)


def test_a_directory_and_an_unreadable_file_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidRequest, match="is not a picture file"):
        load_image_argument(str(tmp_path))
    path = tmp_path / "picture.png"
    path.write_bytes(file_of(NOISE))

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(InvalidRequest, match="cannot be read: Permission denied"):
        load_image_argument(str(path))


def test_a_data_url_from_the_network_reads_no_file(tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    path.write_bytes(file_of(NOISE))
    for url in (str(path), f"file://{path}", "https://example.com/a.png"):
        with pytest.raises(InvalidRequest, match="other URLs"):
            image_from_data_url(url)


def test_importing_it_loads_no_heavy_library() -> None:
    heavy = "{'torch', 'mistral_common', 'cv2', 'transformers'}"
    code = f"import sys, trinity.inputs.images; print({heavy} & set(sys.modules))"
    output = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert output.stdout.strip() == "set()"
