"""Who sends a request: a session of a person, or the key of a program."""
