"""An uploaded picture is decoded within bounds, and nothing but its pixels is kept."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, ImageStat

from guichet.users.pictures import (
    EDGE_PIXELS_MAX,
    UPLOAD_BYTES_MAX,
    NotAPicture,
    PictureOutOfBounds,
    PictureTooHeavy,
    picture_of,
)


def written(image: Image.Image, kind: str, **options: Any) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_each_format_becomes_a_small_webp(kind: str) -> None:
    content = picture_of(written(Image.new("RGB", (1200, 600), "red"), kind)).content
    image = opened(content)
    assert image.format == "WEBP"
    assert image.size == (EDGE_PIXELS_MAX, EDGE_PIXELS_MAX // 2)
    # The mean of each band: the picture is all red.
    red, green, blue = ImageStat.Stat(image.convert("RGB")).mean
    assert red > 200
    assert max(green, blue) < 60


def test_a_small_picture_is_not_blown_up() -> None:
    content = picture_of(written(Image.new("RGB", (64, 48)), "PNG")).content
    assert opened(content).size == (64, 48)


def test_transparency_stays() -> None:
    content = picture_of(written(Image.new("RGBA", (64, 64), (0, 0, 0, 0)), "PNG")).content
    assert opened(content).mode == "RGBA"


def test_where_it_was_taken_is_dropped_and_it_stands_upright() -> None:
    image = Image.new("RGB", (100, 50), "blue")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "taken at home"
    upload = written(image, "JPEG", exif=exif, comment=b"secret comment", icc_profile=b"x" * 200)
    assert b"taken at home" in upload
    content = picture_of(upload).content
    assert opened(content).size == (50, 100)
    assert not opened(content).getexif()
    for secret in (b"taken at home", b"secret comment", b"EXIF", b"ICCP", b"xxxx"):
        assert secret not in content


def test_a_script_behind_the_pixels_does_not_survive() -> None:
    upload = written(Image.new("RGB", (64, 64)), "GIF") + b"<script>alert(1)</script>"
    assert b"script" not in picture_of(upload).content


def bomb(width: int, height: int) -> bytes:
    """Return a PNG that claims so many pixels, with next to no bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 100_000)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    )


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(("width", "height"), [(5001, 5000), (12_000, 12_000), (60_000, 60_000)])
def test_a_bomb_is_refused_before_it_is_decoded(width: int, height: int) -> None:
    with pytest.raises(PictureOutOfBounds):
        picture_of(bomb(width, height))


def test_a_dot_is_no_picture() -> None:
    with pytest.raises(PictureOutOfBounds):
        picture_of(written(Image.new("RGB", (1, 1)), "PNG"))


@pytest.mark.parametrize(
    "upload",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%PDF-1.4",
        b"\xff\xd8\xff\xe0 not a jpeg at all",
        b"GIF89a",
        bomb(100, 100)[:60],
    ],
)
def test_what_is_no_picture_is_refused(upload: bytes) -> None:
    with pytest.raises(NotAPicture):
        picture_of(upload)


def test_other_formats_are_not_even_tried() -> None:
    for kind in ("TIFF", "BMP", "ICO", "PPM"):
        with pytest.raises(NotAPicture):
            picture_of(written(Image.new("RGB", (64, 64)), kind))


def test_a_picture_that_breaks_off_is_refused() -> None:
    whole = written(Image.effect_noise((300, 300), 80), "PNG")
    with pytest.raises(NotAPicture):
        picture_of(whole[: len(whole) // 2])


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(PictureTooHeavy):
        picture_of(b"x" * (UPLOAD_BYTES_MAX + 1))
