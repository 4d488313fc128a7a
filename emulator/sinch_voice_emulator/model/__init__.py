"""The nouns of a voice platform, as plain values: no clock, no socket, no thread, no vendor spelling."""
