"""XXH64 with seed 0, as https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md has it."""

import struct

_MASK = 0xFFFFFFFFFFFFFFFF
_PRIME1 = 0x9E3779B185EBCA87
_PRIME2 = 0xC2B2AE3D27D4EB4F
_PRIME3 = 0x165667B19E3779F9
_PRIME4 = 0x85EBCA77C2B2AE63
_PRIME5 = 0x27D4EB2F165667C5


def _rotate(value: int, bits: int) -> int:
    return ((value << bits) | (value >> (64 - bits))) & _MASK


def _round(lane: int, word: int) -> int:
    return _rotate((lane + word * _PRIME2) & _MASK, 31) * _PRIME1 & _MASK


def _stripes(data: bytes, end: int) -> int:
    a, b, c, d = (_PRIME1 + _PRIME2) & _MASK, _PRIME2, 0, -_PRIME1 & _MASK
    for one, two, three, four in struct.iter_unpack("<4Q", data[:end]):
        a, b, c, d = _round(a, one), _round(b, two), _round(c, three), _round(d, four)
    value = (_rotate(a, 1) + _rotate(b, 7) + _rotate(c, 12) + _rotate(d, 18)) & _MASK
    for lane in (a, b, c, d):
        value = ((value ^ _round(0, lane)) * _PRIME1 + _PRIME4) & _MASK
    return value


def _finish(value: int, rest: bytes) -> int:
    at = len(rest) // 8 * 8
    for (word,) in struct.iter_unpack("<Q", rest[:at]):
        value = (_rotate(value ^ _round(0, word), 27) * _PRIME1 + _PRIME4) & _MASK
    if len(rest) - at >= 4:
        (half,) = struct.unpack_from("<I", rest, at)
        value = (_rotate(value ^ (half * _PRIME1 & _MASK), 23) * _PRIME2 + _PRIME3) & _MASK
        at += 4
    for byte in rest[at:]:
        value = _rotate(value ^ (byte * _PRIME5 & _MASK), 11) * _PRIME1 & _MASK
    return value


def xxh64(data: bytes) -> int:
    """The hash of `data`, 0 to 2**64 - 1. Buckets are made of it: it never changes."""
    end = len(data) // 32 * 32
    value = _stripes(data, end) if end else _PRIME5
    value = _finish((value + len(data)) & _MASK, data[end:])
    value = (value ^ (value >> 33)) * _PRIME2 & _MASK
    value = (value ^ (value >> 29)) * _PRIME3 & _MASK
    return value ^ (value >> 32)
