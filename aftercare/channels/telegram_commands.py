"""What /stop, /restart and /delete do to a conversation."""

from __future__ import annotations

import logging

from rasa.core.agent import Agent
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.shared.core.events import ReminderCancelled, Restarted

from aftercare.channels import stores

logger = logging.getLogger(__name__)


async def cancel_reminders(agent: Agent, sender_id: str) -> None:
    """Takes back everything that was going to be said unasked in that conversation. Never raises."""
    try:
        if agent.processor is not None:
            tracker = agent.tracker_store.init_tracker(sender_id)
            await agent.processor.execute_side_effects([ReminderCancelled()], tracker, CollectingOutputChannel())
    except Exception as error:
        logger.error("Telegram: reminders could not be cancelled: %s", type(error).__name__)


async def restart(agent: Agent, sender_id: str) -> None:
    """Sets every slot back and begins anew; what was said stays stored. Never raises."""
    try:
        async with agent.lock_store.lock(sender_id):
            tracker = await agent.tracker_store.retrieve(sender_id)
            if tracker is not None:
                tracker.update(Restarted(), agent.domain)
                await agent.tracker_store.save(tracker)
    except Exception as error:
        logger.error("Telegram: a conversation could not be restarted: %s", type(error).__name__)


async def forget(agent: Agent, sender_id: str) -> bool:
    """Removes every event of the conversation from the tracker store. Whether that succeeded; never raises."""
    try:
        async with agent.lock_store.lock(sender_id):
            await stores.delete(agent.tracker_store, sender_id)
    except Exception as error:
        logger.error("Telegram: a conversation could not be deleted: %s", type(error).__name__)
        return False
    return True
