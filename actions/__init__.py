"""Rasa SDK actions, one a file. `rasa run actions` and the in-process executor find them here."""
