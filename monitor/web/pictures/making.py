"""Makes a picture anew from what was fetched: only pixels pass.

Neither metadata (where somebody lives) nor anything else that a file can hold comes along. What is no raster
picture of these formats is refused: an SVG is a program.
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from monitor.web.pictures.fetching import PictureRefused

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
MOST_PIXELS = 40_000_000  # a decoder takes four bytes for each, whatever the file weighs
LONGEST_SIDE = 1600  # pixels
QUALITY = 82

# The check is ours, before anything is decoded; Pillow's own would only warn.
Image.MAX_IMAGE_PIXELS = None


def made_anew(data: bytes) -> bytes:
    """The first frame as WebP, turned upright, no side longer than `LONGEST_SIDE`. Raises PictureRefused."""
    try:
        with Image.open(BytesIO(data), formats=FORMATS) as picture:
            width, height = picture.size
            if width * height > MOST_PIXELS:
                raise PictureRefused("too many pixels")
            picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            has_alpha = upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info
            plain = upright.convert("RGBA" if has_alpha else "RGB")
    except PictureRefused:
        raise
    except UnidentifiedImageError as exc:
        raise PictureRefused("no picture") from exc
    except Exception as exc:
        # A broken file makes a decoder raise whatever it likes; none of it is ours to tell apart.
        raise PictureRefused("broken") from exc
    plain.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = BytesIO()
    plain.save(out, "WEBP", quality=QUALITY, exif=b"", icc_profile=b"", xmp=b"")
    return out.getvalue()
