"""Sets of numbers of messages: packed as bytes, and in memory.

As bytes they are a list of numbers, or a bitmap where that is not longer. The length tells which.
In memory the one is a set, and the other an integer with those bits.
"""

import functools
import re
import sys
from array import array
from collections.abc import Iterable, Sequence
from operator import and_, or_
from typing import Final

__all__ = [
    "Numbers",
    "in_all",
    "in_any",
    "pack_numbers",
    "pack_set",
    "unpack_numbers",
    "unpack_set",
    "width_of",
]

Numbers = frozenset[int] | int

_SOME: Final = re.compile(rb"[^\x00]", re.DOTALL)
_BITS: Final = [[bit for bit in range(8) if byte >> bit & 1] for byte in range(256)]


def in_any(sets: Iterable[Numbers], count: int) -> Numbers:
    """Return the numbers below `count` that are in any of some sets."""
    small, large = _by_size(sets)
    both = frozenset[int]().union(*small)
    return functools.reduce(or_, large, _bitmap_of(both, count)) if large else both


def in_all(sets: Iterable[Numbers]) -> list[int]:
    """Return the numbers that are in all of some sets, ascending. There is at least one set."""
    small, large = _by_size(sets)
    if not small:
        return _numbers_of(functools.reduce(and_, large))
    found = frozenset.intersection(*small)
    if found and large:
        bits = functools.reduce(and_, large)
        data = bits.to_bytes(max(bits.bit_length() // 8, max(found) // 8) + 1, "little")
        return sorted(number for number in found if data[number >> 3] >> (number & 7) & 1)
    return sorted(found)


def pack_numbers(numbers: Iterable[int], count: int) -> bytes:
    """Return numbers below `count` as a list."""
    packed = array(_type_code(count), numbers)
    if sys.byteorder != "little":
        packed.byteswap()
    return packed.tobytes()


def pack_set(numbers: Sequence[int], count: int) -> bytes:
    """Return numbers below `count` as a list or as a bitmap."""
    size = _bitmap_size(count)
    if len(numbers) * width_of(count) < size:
        return pack_numbers(numbers, count)
    return _bitmap_of(numbers, count).to_bytes(size, "little")


def unpack_numbers(data: bytes, count: int) -> "array[int]":
    """Return the numbers of a list."""
    numbers = array(_type_code(count))
    numbers.frombytes(data)
    if sys.byteorder != "little":
        numbers.byteswap()
    return numbers


def unpack_set(data: bytes, count: int) -> Numbers:
    """Return the set that a list or a bitmap holds."""
    if len(data) == _bitmap_size(count):
        return int.from_bytes(data, "little")
    return frozenset(unpack_numbers(data, count))


def width_of(count: int) -> int:
    """Return how many bytes a number of a list takes."""
    return array(_type_code(count)).itemsize


def _type_code(count: int) -> str:
    return "H" if count <= 2**16 else "I"


def _bitmap_size(count: int) -> int:
    return (count + 7) // 8


def _bitmap_of(numbers: Iterable[int], count: int) -> int:
    bits = bytearray(_bitmap_size(count))
    for number in numbers:
        bits[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(bits, "little")


def _numbers_of(bitmap: int) -> list[int]:
    data = bitmap.to_bytes((bitmap.bit_length() + 7) // 8, "little")
    return [found.start() * 8 + bit for found in _SOME.finditer(data) for bit in _BITS[found[0][0]]]


def _by_size(sets: Iterable[Numbers]) -> tuple[list[frozenset[int]], list[int]]:
    small, large = list[frozenset[int]](), list[int]()
    for one in sets:
        if isinstance(one, int):
            large.append(one)
        else:
            small.append(one)
    return small, large
