"""What a suite came to, for people and for programs."""
