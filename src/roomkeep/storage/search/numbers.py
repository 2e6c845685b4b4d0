"""Sets of numbers of messages: packed as bytes, and as the bits of an integer.

As integers, sets are united with `|` and intersected with `&`. As bytes they are a list of numbers,
or a bitmap where that is not longer. Its length tells a bitmap.
"""

import re
import sys
from array import array
from collections.abc import Iterable
from typing import Final

__all__ = [
    "numbers_of",
    "pack_numbers",
    "pack_set",
    "set_of",
    "unpack_numbers",
    "unpack_set",
    "width_of",
]

_SOME: Final = re.compile(rb"[^\x00]", re.DOTALL)
_BITS: Final = [[bit for bit in range(8) if byte >> bit & 1] for byte in range(256)]


def set_of(numbers: Iterable[int], count: int) -> int:
    """Return the set of some numbers below `count`."""
    bits = bytearray(_bitmap_size(count))
    for number in numbers:
        bits[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(bits, "little")


def numbers_of(numbers: int) -> list[int]:
    """Return the numbers of a set, ascending."""
    data = numbers.to_bytes((numbers.bit_length() + 7) // 8, "little")
    return [found.start() * 8 + bit for found in _SOME.finditer(data) for bit in _BITS[found[0][0]]]


def pack_numbers(numbers: Iterable[int], count: int) -> bytes:
    """Return numbers below `count` as a list."""
    packed = array(_type_code(count), numbers)
    if sys.byteorder != "little":
        packed.byteswap()
    return packed.tobytes()


def pack_set(numbers: list[int], count: int) -> bytes:
    """Return numbers below `count` as a list or as a bitmap."""
    size = _bitmap_size(count)
    if len(numbers) * width_of(count) < size:
        return pack_numbers(numbers, count)
    return set_of(numbers, count).to_bytes(size, "little")


def unpack_numbers(data: bytes, count: int) -> "array[int]":
    """Return the numbers of a list."""
    numbers = array(_type_code(count))
    numbers.frombytes(data)
    if sys.byteorder != "little":
        numbers.byteswap()
    return numbers


def unpack_set(data: bytes, count: int) -> int:
    """Return the set that a list or a bitmap holds."""
    if len(data) == _bitmap_size(count):
        return int.from_bytes(data, "little")
    return set_of(unpack_numbers(data, count), count)


def width_of(count: int) -> int:
    """Return how many bytes a number of a list takes."""
    return array(_type_code(count)).itemsize


def _type_code(count: int) -> str:
    return "H" if count <= 2**16 else "I"


def _bitmap_size(count: int) -> int:
    return (count + 7) // 8
