"""Reads QR codes from a screenshot as a camera does, by zbar's C library (Debian: libzbar0; macOS: brew's zbar)."""

from __future__ import annotations

import ctypes
import ctypes.util
import io
from functools import cache

from PIL import Image

GRAY = int.from_bytes(b"Y800", "little")  # zbar: eight bits a pixel, only brightness


@cache
def _zbar() -> ctypes.CDLL:
    name = ctypes.util.find_library("zbar")
    assert name, "reading a QR code needs zbar (Debian: sudo apt install libzbar0; macOS: brew install zbar)"
    library = ctypes.CDLL(name)
    for function in (
        library.zbar_image_scanner_create,
        library.zbar_image_create,
        library.zbar_image_first_symbol,
        library.zbar_symbol_next,
    ):
        function.restype = ctypes.c_void_p
    library.zbar_symbol_get_data.restype = ctypes.c_char_p
    return library


def read_codes(png: bytes) -> list[str]:
    """What every code on this picture says."""
    picture = Image.open(io.BytesIO(png)).convert("L")
    pixels = picture.tobytes()
    zbar = _zbar()
    scanner, image = (ctypes.c_void_p(make()) for make in (zbar.zbar_image_scanner_create, zbar.zbar_image_create))
    try:
        zbar.zbar_image_set_format(image, ctypes.c_ulong(GRAY))
        zbar.zbar_image_set_size(image, picture.width, picture.height)
        zbar.zbar_image_set_data(image, pixels, ctypes.c_ulong(len(pixels)), None)
        zbar.zbar_scan_image(scanner, image)
        found, symbol = [], zbar.zbar_image_first_symbol(image)
        while symbol:
            found.append(zbar.zbar_symbol_get_data(ctypes.c_void_p(symbol)).decode())
            symbol = zbar.zbar_symbol_next(ctypes.c_void_p(symbol))
        return found
    finally:
        zbar.zbar_image_destroy(image)
        zbar.zbar_image_scanner_destroy(scanner)
