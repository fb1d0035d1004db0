"""The clinical core: pure Python that imports neither rasa nor rasa_sdk (outside `nlu` and `channels`)."""
