"""Uploads: what comes out is small and bare, and what is dangerous does not get in."""

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from guichet.events import pictures
from guichet.events.domain.problems import ImageRefused


def saved(image: Image.Image, image_format: str = "PNG", **more: object) -> bytes:
    out = io.BytesIO()
    image.save(out, image_format, **more)
    return out.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def chunk(name: bytes, data: bytes) -> bytes:
    body = name + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png(width: int, height: int, data: bytes = b"\x00") -> bytes:
    """Return a PNG whose header claims that size."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(data))
        + chunk(b"IEND", b"")
    )


def test_every_size_comes_in_both_formats() -> None:
    picture = pictures.prepare(saved(Image.new("RGB", (2400, 1200), "red"), "JPEG"))
    found = {(width, kind): opened(content) for width, kind, content in picture.variants}
    assert {key: image.size for key, image in found.items()} == {
        (width, kind): (width, width // 2)
        for width in (1600, 800, 400)
        for kind in ("webp", "jpeg")
    }
    assert {image.format for image in found.values()} == {"WEBP", "JPEG"}
    assert sum(len(content) for _, _, content in picture.variants) < 200_000


def test_small_pictures_are_not_blown_up() -> None:
    picture = pictures.prepare(saved(Image.new("RGB", (300, 200), "red")))
    assert {opened(content).size for _, _, content in picture.variants} == {(300, 200)}


def test_metadata_is_gone_and_the_picture_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010E] = "taken at home"
    picture = pictures.prepare(saved(Image.new("RGB", (400, 200), "red"), "JPEG", exif=exif))
    for _, _, content in picture.variants:
        image = opened(content)
        assert image.size == (200, 400)
        assert not image.getexif()
        assert b"taken at home" not in content
        assert b"Exif" not in content


def test_transparency_becomes_white() -> None:
    picture = pictures.prepare(saved(Image.new("RGBA", (50, 50), (0, 0, 0, 0))))
    jpeg = next(content for _, kind, content in picture.variants if kind == "jpeg")
    assert opened(jpeg).getpixel((25, 25)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "P", "1", "CMYK"])
def test_other_colour_modes_are_read(mode: str) -> None:
    content = saved(Image.new(mode, (20, 20)), "JPEG" if mode == "CMYK" else "PNG")
    assert len(pictures.prepare(content).variants) == 6


def test_the_same_picture_has_the_same_hash() -> None:
    one, two = (saved(Image.new("RGB", (20, 20), colour)) for colour in ("red", "blue"))
    assert pictures.prepare(one).hash == pictures.prepare(one).hash
    assert pictures.prepare(one).hash != pictures.prepare(two).hash


@pytest.mark.parametrize(
    "content",
    [
        png(60_000, 60_000),
        png(8_000, 5_001),
        png(2**31 - 1, 1),
        png(0, 0),
        png(100, 100),
        saved(Image.new("RGB", (10, 10)), "GIF"),
        saved(Image.new("RGB", (10, 10)), "BMP"),
        saved(Image.new("RGB", (10, 10)), "TIFF"),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"\x89PNG\r\n\x1a\n",
        b"",
        bytes(pictures.UPLOAD_BYTES_MAX + 1),
    ],
    ids=range(13),
)
def test_bombs_and_other_files_are_refused(content: bytes) -> None:
    with pytest.raises(ImageRefused):
        pictures.prepare(content)


def test_a_sound_picture_is_refused_by_its_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the library's own limit, which lies twice as high."""
    monkeypatch.setattr(pictures, "PIXELS_MAX", 40 * 30)
    assert pictures.prepare(saved(Image.new("RGB", (40, 30)))).variants
    with pytest.raises(ImageRefused):
        pictures.prepare(saved(Image.new("RGB", (40, 31))))


def test_a_sound_picture_is_refused_by_its_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    upload = saved(Image.new("RGB", (40, 30)))
    monkeypatch.setattr(pictures, "UPLOAD_BYTES_MAX", len(upload))
    assert pictures.prepare(upload).variants
    with pytest.raises(ImageRefused):
        pictures.prepare(upload + b"\0")


def test_a_bomb_of_many_chunks_is_refused() -> None:
    """A text chunk that unfolds to gigabytes is the other way to fill the memory."""
    whole = saved(Image.new("RGB", (10, 10)))
    bomb = chunk(b"zTXt", b"k\x00\x00" + zlib.compress(bytes(80_000_000)))
    with pytest.raises(ImageRefused):
        pictures.prepare(whole[:33] + bomb + whole[33:])


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=40), st.integers(0, 700))
def test_damaged_files_are_refused_or_read(noise: bytes, place: int) -> None:
    whole = saved(Image.radial_gradient("L").resize((40, 40)), "JPEG")
    damaged = whole[:place] + noise + whole[place + len(noise) :]
    try:
        picture = pictures.prepare(damaged)
    except ImageRefused:
        return
    assert len(picture.variants) == 6
