"""Sound files made while they are read."""

from __future__ import annotations

import io
import wave

import pytest

from sinch_voice_emulator.runtime.wav import CHUNK_BYTES, MAX_DATA, wav_chunks


@pytest.mark.parametrize("length_ms", [0, 1, 1000, 60_000, 2048, -5])
def test_a_file_lasts_as_long_as_it_should(length_ms: int) -> None:
    size, chunks = wav_chunks(length_ms)
    data = b"".join(chunks)
    assert len(data) == size
    with wave.open(io.BytesIO(data)) as sound:
        assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (8000, 2, 1)
        assert sound.getnframes() == max(0, length_ms) * 8
        assert set(sound.readframes(sound.getnframes())) <= {0}


def test_four_hours_come_in_small_pieces() -> None:
    size, chunks = wav_chunks(4 * 3600 * 1000)
    lengths = [len(chunk) for chunk in chunks]
    assert sum(lengths) == size == 44 + 4 * 3600 * 16_000
    assert max(lengths) == CHUNK_BYTES


def test_what_is_too_long_for_the_format_is_cut() -> None:
    size, _ = wav_chunks(10**12)
    assert size <= 44 + MAX_DATA
    assert size % 2 == 0
