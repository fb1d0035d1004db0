"""How fast and how small the assistant is, measured beside the bot of `rasa init`: `python -m bench`."""
