"""Starts the assistant: one process, one port, the actions inside it. `python -m server --help` says how."""

PROBLEM = "utter_problem"  # the response for whatever goes wrong; it names the clinic's phone and the emergency number
