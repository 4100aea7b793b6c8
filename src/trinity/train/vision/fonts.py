"""Finds the fonts that pictures are drawn with, and keeps some families for the test split.

Looks in matplotlib, in font packages, in Pillow itself and in the system's font folder: what is
missing is done without. Called by the canvas.
"""

from __future__ import annotations

import importlib.util
import random
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

from trinity.train.items import Split

HELD_OUT = ("Caladea", "Carlito", "DejaVu Serif", "Lato", "Noto", "Open Sans")
"""Families, by the start of their name, that only the test split draws with."""

PACKAGES = (
    ("matplotlib", "mpl-data/fonts/ttf"),
    ("font_caladea", "files"),
    ("font_fredoka_one", "files"),
    ("font_hanken_grotesk", "files"),
    ("font_lato", "files"),
    ("font_manrope", "files"),
    ("font_roboto", "files"),
    ("font_source_sans_pro", "files"),
    ("font_source_serif_pro", "files"),
)
SYSTEM_FOLDER = Path("/usr/share/fonts")

_LEFT_OUT = re.compile(
    r"symbol|emoji|dingbat|D050000L|Z003|lobster|math|music|initial|keyboard|tamil|display|^cm|"
    r"cond|narrow|compressed|hairline|thin|light|stixsiz|stixnonuni|smallcap|Libertine_[IKM]",
    re.IGNORECASE,
)
_NOTO = re.compile(r"Noto(Sans|Serif|SansMono)-")
_WEIGHTS = re.compile(
    r"( (Thin|Extra ?Light|Light|Medium|Semi ?bold|Demi|Extra ?Bold|Bold|Heavy|Black|Retina))+$",
    re.IGNORECASE,
)
_NEEDED = "AQgijsz0257+-*/=?,.:"


@dataclass(frozen=True, order=True, slots=True)
class Face:
    """One font file: a family in one style."""

    family: str
    style: str
    path: str
    """Where the file is; empty for the font inside Pillow."""


def pick(rng: random.Random, split: Split) -> Face:
    """Choose a face for `split`: each family alike, upright styles before slanted ones."""
    families = families_of(split is Split.TEST)
    faces, weights = rng.choice(families)
    return rng.choices(faces, weights)[0]


@cache
def families_of(test: bool) -> tuple[tuple[tuple[Face, ...], tuple[float, ...]], ...]:
    """The families for the test split or for the others: faces, and how often to use each.

    Where this machine has no font of the wanted sort, Pillow's own stands in.
    """
    chosen = [face for face in find_faces() if is_held_out(face.family) == test]
    names = sorted({face.family for face in chosen})
    groups = [tuple(face for face in chosen if face.family == name) for name in names]
    groups = groups or [(_own_face(),)]
    return tuple((faces, tuple(_weight(face.style) for face in faces)) for faces in groups)


def is_held_out(family: str) -> bool:
    """Whether only the test split may draw with `family`."""
    return family.startswith(HELD_OUT)


@cache
def find_faces() -> tuple[Face, ...]:
    """All usable faces of this machine, one file for each family and style, sorted."""
    faces = {(face.family, face.style): face for face in (_own_face(),)}
    for path in sorted(_files(), key=lambda path: (path.name, str(path))):
        face = _read(path)
        if face is not None:
            faces.setdefault((face.family, face.style), face)
    return tuple(sorted(faces.values()))


@lru_cache(maxsize=4096)
def load(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """The font of `face` at `size` pixels to the em."""
    if not face.path:
        font = ImageFont.load_default(size)
        assert isinstance(font, ImageFont.FreeTypeFont)
        return font
    return ImageFont.truetype(face.path, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=4096)
def cap_ratio(face: Face) -> float:
    """Height of a capital letter as a share of the em."""
    return _height(load(face, 100), "H") / 100


def size_for(face: Face, cap: float) -> int:
    """The em size, pixels, at which capitals are at least `cap` pixels high."""
    return max(1, -int(-cap // cap_ratio(face)))


def _own_face() -> Face:
    return Face("Aileron", "Regular", "")


def _files() -> list[Path]:
    folders = [SYSTEM_FOLDER]
    for package, folder in PACKAGES:
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            folders.append(Path(spec.origin).parent / folder)
    return [
        file for folder in folders for kind in ("ttf", "otf") for file in folder.rglob(f"*.{kind}")
    ]


def _read(path: Path) -> Face | None:
    """The face in the file, or `None` where it cannot serve."""
    if _LEFT_OUT.search(path.name) or (path.name.startswith("Noto") and not _NOTO.match(path.name)):
        return None
    try:
        font = ImageFont.truetype(str(path), 100, layout_engine=ImageFont.Layout.BASIC)
    except OSError:
        return None
    family, style = font.getname()
    if not family or _LEFT_OUT.search(f"{family} {style}") or not _is_legible(font):
        return None
    return Face(_WEIGHTS.sub("", family), f"{family} {style}", str(path))


def _is_legible(font: ImageFont.FreeTypeFont) -> bool:
    """Whether all glyphs are there and digits stand as high as capitals."""
    absent = bytes(font.getmask("\U000e0fff"))
    if any(bytes(font.getmask(glyph)) == absent for glyph in _NEEDED):
        return False
    capital = _height(font, "H")
    digits_stand = all(_height(font, digit) > 0.85 * capital for digit in "0123456789")
    return capital > 0 and digits_stand and _height(font, "x") < 0.92 * capital


def _height(font: ImageFont.FreeTypeFont, text: str) -> float:
    _, top, _, bottom = font.getbbox(text, anchor="ls")
    return bottom - top


def _weight(style: str) -> float:
    if re.search(r"ital|obli|slant|\bIt\b", style, re.IGNORECASE):
        return 0.4
    return 3.0 if style.endswith(("Regular", "Book", "Roman")) else 1.5 if "Bold" in style else 1.0
