"""``python -m sinch_voice_emulator``: the same as the command ``sinch-voice-emulator``."""

from sinch_voice_emulator.cli import main

if __name__ == "__main__":
    main()
