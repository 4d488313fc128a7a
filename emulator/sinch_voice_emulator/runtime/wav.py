"""Sound files that are made while they are read: silence of the right length, never held in memory."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from sinch_voice_emulator.model.instants import Millis

SAMPLES_PER_SECOND = 8_000
BYTES_PER_SAMPLE = 2
HEADER_BYTES = 44
CHUNK_BYTES = 64 * 1024
MAX_DATA = 0xFFFF_FFFF - HEADER_BYTES
"""The sizes in a WAV header have 32 bits; what is longer (three days) is cut there."""

_SILENCE = bytes(CHUNK_BYTES)


def wav_chunks(length_ms: Millis) -> tuple[int, Iterator[bytes]]:
    """The size in bytes and the chunks of a WAV file of silence that lasts ``length_ms``: 8 kHz, 16 bit, one channel."""
    samples = max(0, length_ms) * SAMPLES_PER_SECOND // 1000
    size = min(samples * BYTES_PER_SAMPLE, MAX_DATA - MAX_DATA % BYTES_PER_SAMPLE)
    return HEADER_BYTES + size, _chunks(size)


def _chunks(size: int) -> Iterator[bytes]:
    yield _header(size)
    for _ in range(size // CHUNK_BYTES):
        yield _SILENCE
    if rest := size % CHUNK_BYTES:
        yield _SILENCE[:rest]


def _header(size: int) -> bytes:
    """RIFF header of linear PCM: one ``fmt`` chunk, then ``data``."""
    rate = SAMPLES_PER_SECOND * BYTES_PER_SAMPLE
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, SAMPLES_PER_SECOND, rate, BYTES_PER_SAMPLE, 8 * BYTES_PER_SAMPLE)
    return struct.pack("<4sI4s", b"RIFF", HEADER_BYTES - 8 + size, b"WAVE") + form + struct.pack("<4sI", b"data", size)
