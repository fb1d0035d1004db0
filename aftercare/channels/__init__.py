"""Rasa channels: how patients reach the assistant. Besides `aftercare.nlu`, the only package that imports Rasa."""
