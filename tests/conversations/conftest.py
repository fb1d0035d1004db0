"""The trained assistant for the conversations."""

import pytest

from tests.agent import Assistant, shared_assistant


@pytest.fixture(scope="session")
def agent() -> Assistant:
    """The assistant of this test run; fails without a trained model."""
    return shared_assistant()
