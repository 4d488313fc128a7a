"""From what happened to a scenario: recording, importing logged callbacks, replaying with approval."""
