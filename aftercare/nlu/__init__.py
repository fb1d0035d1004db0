"""Rasa graph components: the only place where the NLU pipeline touches Rasa. Each is a thin shell around the core."""
