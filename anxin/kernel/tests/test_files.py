"""Photos are cleaned on the way in; what is no photo or paper stays outside, whatever it is called."""

from __future__ import annotations

import io
import random
import struct
import zlib
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from anxin.kernel import access, errors, files
from anxin.kernel.files import Attachment, File
from anxin.kernel.tests.stories import opened
from tests.cast import Cast

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def picture(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Red on the left, blue on the right."""
    drawn = Image.new("RGB", (width, height), "blue")
    drawn.paste("red", (0, 0, width // 2, height))
    return drawn.convert(mode)


def photo(shown: Image.Image, sort: str = "JPEG", **more: Any) -> bytes:
    out = io.BytesIO()
    shown.save(out, sort, **more)
    return out.getvalue()


def camera(orientation: int = 1) -> Image.Exif:
    """What a phone writes beside a photo: its make, how it was held and where."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = orientation, "Phone of Wang"
    exif.get_ifd(GPS)[2] = (30.0, 47.0, 8.16)
    return exif


def opened_again(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(files.clean(content)[0]))


# ---- what is kept -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["JPEG", "PNG", "WEBP"])
def test_camera_data_and_positions_go(sort: str) -> None:
    sent = photo(picture(), sort, exif=camera())
    assert b"Phone of Wang" in sent
    kept, media_type, width, height = files.clean(sent)
    assert (media_type, width, height) == (f"image/{sort.lower()}", 60, 40)
    assert b"Phone of Wang" not in kept
    assert not dict(opened_again(sent).getexif())


def test_texts_in_a_picture_go_too() -> None:
    told = PngInfo()
    told.add_text("Comment", "王建国家")
    assert not getattr(opened_again(photo(picture(), "PNG", pnginfo=told)), "text", None)


@pytest.mark.parametrize(("orientation", "corner"), [(1, "left"), (3, "right"), (6, "top"), (8, "bottom")])
def test_a_photo_stands_as_it_was_taken(orientation: int, corner: str) -> None:
    kept = opened_again(photo(picture(), exif=camera(orientation), quality=95))
    assert kept.size == ((60, 40) if orientation in (1, 3) else (40, 60))
    width, height = kept.size
    place = {
        "left": (3, height // 2), "right": (width - 4, height // 2),
        "top": (width // 2, 3), "bottom": (width // 2, height - 4),
    }  # fmt: skip
    red, _, blue = kept.convert("RGB").getpixel(place[corner])  # type: ignore[misc]
    assert red > 200 > 60 > blue


@pytest.mark.parametrize(
    ("size", "kept"),
    [((4096, 1024), (2048, 512)), ((1000, 3000), (683, 2048)), ((2048, 2048), (2048, 2048)), ((1, 1), (1, 1))],
)
def test_big_pictures_are_scaled(size: tuple[int, int], kept: tuple[int, int]) -> None:
    for sort in ("JPEG", "PNG"):
        assert files.clean(photo(picture(*size), sort))[2:] == kept


@pytest.mark.parametrize(
    ("sort", "mode"),
    [("JPEG", "L"), ("JPEG", "CMYK"), ("PNG", "P"), ("PNG", "RGBA"), ("PNG", "LA"), ("PNG", "1"), ("WEBP", "RGBA")],
)
def test_all_sorts_of_pictures_are_kept(sort: str, mode: str) -> None:
    assert files.clean(photo(picture(mode=mode), sort))[1:] == (f"image/{sort.lower()}", 60, 40)


def test_broken_camera_data_is_no_reason_to_refuse_a_photo() -> None:
    exif = b"Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x02\x00\x00\x00\x04six\x00\x00\x00\x00\x00"
    assert files.clean(photo(picture(), exif=exif))[2:] == (60, 40)


def test_a_paper_is_kept_as_it_is() -> None:
    paper = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"
    assert files.clean(paper) == (paper, "application/pdf", None, None)


# ---- what is refused --------------------------------------------------------------------------------------------


def bomb(width: int, height: int) -> bytes:
    """A few bytes that say they are an enormous picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", errors.NotAPicture),
        (b"#!/bin/sh\nrm -rf /\n", errors.NotAPicture),
        (b"<html><script>alert(1)</script></html>", errors.NotAPicture),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', errors.NotAPicture),
        (b"MZ\x90\x00" + bytes(200), errors.NotAPicture),
        (b"PK\x03\x04" + bytes(200), errors.NotAPicture),
        (b"\xff\xd8\xff\xe0 no more", errors.NotAPicture),
        (photo(picture(), "GIF"), errors.NotAPicture),
        (photo(picture(), "BMP"), errors.NotAPicture),
        (photo(picture(), "TIFF"), errors.NotAPicture),
        (photo(picture(600, 400))[:2000], errors.NotAPicture),
        (photo(picture(), "PNG")[:60], errors.NotAPicture),
        (b"\xff\xd8\xff" + bytes(40 * 1024 * 1024), errors.TooLarge),
        (b"%PDF-1.7" + bytes(40 * 1024 * 1024), errors.TooLarge),
        (bomb(9_000, 9_000), errors.TooLarge),
        (bomb(60_000, 60_000), errors.NotAPicture),
        (bomb(4_000, 4_000), errors.NotAPicture),  # not as many lines as it says
    ],
    ids=range(17),
)
def test_what_is_refused(content: bytes, error: type[errors.AnxinError]) -> None:
    with pytest.raises(error) as told:
        files.clean(content)
    assert type(told.value) is error


def test_a_picture_with_a_script_behind_it_loses_the_script() -> None:
    sent = photo(picture()) + b"<script>alert(1)</script>"
    assert b"script" not in files.clean(sent)[0]


SEEDS = [photo(picture(), "JPEG", exif=camera(6)), photo(picture(mode="P"), "PNG"), photo(picture(), "WEBP")]


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(SEEDS), st.integers(0, 2**32))
def test_a_damaged_picture_is_kept_or_refused_and_nothing_else(whole: bytes, dice: int) -> None:
    rolled, damaged = random.Random(dice), bytearray(whole)
    for _ in range(rolled.choice((1, 3, 20))):
        damaged[rolled.randrange(rolled.choice((80, len(damaged))))] = rolled.randrange(256)
    with suppress(errors.NotAPicture, errors.TooLarge):
        files.clean(bytes(damaged))


# ---- the store --------------------------------------------------------------------------------------------------


@pytest.fixture
def store(settings: Any, tmp_path: Path) -> Path:
    settings.FILES = tmp_path
    return tmp_path


@pytest.mark.django_db
def test_the_same_photo_is_stored_once(store: Path) -> None:
    first, again = files.keep(photo(picture(), exif=camera())), files.keep(photo(picture()))
    assert first.pk == again.pk
    assert File.objects.filter(pk=first.pk).count() == 1
    assert [each.name for each in store.rglob("*") if each.is_file()] == [first.sha256]
    assert len(files.content(first.sha256)) == first.size


@pytest.mark.django_db
def test_a_refused_photo_leaves_nothing(store: Path) -> None:
    before = File.objects.count()
    with pytest.raises(errors.NotAPicture):
        files.keep(b"<svg/>")
    assert File.objects.count() == before
    assert list(store.iterdir()) == []


@pytest.mark.parametrize("name", ["", "../../secrets", "a" * 63, "A" * 64, "/etc/passwd", "a" * 64, f"{'a' * 64}\n"])
def test_nothing_is_read_from_elsewhere(store: Path, name: str) -> None:
    with pytest.raises(errors.NotFound):
        files.content(name)


@pytest.mark.django_db
def test_a_photo_is_shown_to_whoever_sees_its_matter(cast: Cast, store: Path) -> None:
    kept = files.keep(photo(picture()))
    with pytest.raises(errors.NotFound):
        access.file(cast.seat, kept.sha256)
    Attachment.objects.create(matter=opened(cast.resident, "onekey.water"), file=kept)
    assert access.file(cast.water, kept.sha256).pk == kept.pk
    with pytest.raises(errors.NotFound):
        access.file(cast.enforcement, kept.sha256)
