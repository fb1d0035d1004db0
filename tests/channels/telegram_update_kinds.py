"""Updates of every kind that Telegram documents: what arrives, and what the patient gets.

A row: name, the update's one field, its object, and the answer:
    "text"     the words are read          "only text"   it is said that only text can be read
    "caption"  words are read, and it is said that the rest is not
    "start"    the welcome                 "private"     a private chat is asked for
    "spinner"  only the spinner ends       "expired"     the button is said to be too old
    "nothing"  nobody said anything, or it is not asked for (allowed_updates)
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

PAT: Json = {"id": 42, "is_bot": False, "first_name": "Pat", "username": "pat", "language_code": "en"}
BOT: Json = {"id": 123456789, "is_bot": True, "first_name": "Aftercare", "username": "aftercare_test_bot"}
PRIVATE: Json = {"id": 42, "first_name": "Pat", "username": "pat", "type": "private"}
GROUP: Json = {"id": -1001234, "title": "Family", "type": "supergroup"}
CHANNEL: Json = {"id": -1009, "title": "News", "type": "channel"}
FILE: Json = {"file_id": "AgACAgIAAxkBAAI", "file_unique_id": "AQADbw", "file_size": 1234}
PHOTO: list[Json] = [{**FILE, "width": 90, "height": 60}, {**FILE, "width": 800, "height": 533}]
ORIGIN: Json = {"type": "user", "date": 1_700_000_000, "sender_user": {"id": 9, "is_bot": False, "first_name": "Sam"}}


def _message(**fields: Any) -> Json:
    return {"message_id": 7, "from": PAT, "chat": PRIVATE, "date": 1_700_000_000, **fields}


def _query(**fields: Any) -> Json:
    return {"id": "4382bfdwdsb323b2d9", "from": PAT, "chat_instance": "-123", **fields}


MESSAGES: list[tuple[str, Json, str]] = [
    ("text", {"text": "sore"}, "text"),
    ("text with entities", {"text": "sore 112", "entities": [{"offset": 5, "length": 3, "type": "phone_number"}]}, "text"),
    ("text with a link preview", {"text": "sore http://x.example", "link_preview_options": {"url": "http://x.example"}}, "text"),
    ("reply", {"text": "sore", "reply_to_message": _message(text="breathe", **{"from": BOT})}, "text"),
    ("reply with a quote", {"text": "sore", "quote": {"text": "breathe", "position": 0, "is_manual": True}}, "text"),
    ("reply to another chat", {"text": "sore", "external_reply": {"origin": ORIGIN, "photo": PHOTO}}, "text"),
    ("forwarded", {"text": "sore", "forward_origin": ORIGIN, "forward_from": ORIGIN["sender_user"], "forward_date": 1}, "text"),
    ("through another bot", {"text": "sore", "via_bot": {**BOT, "id": 5, "username": "gif"}}, "text"),
    ("with an effect", {"text": "sore", "effect_id": "5104841245755180586"}, "text"),
    ("protected", {"text": "sore", "has_protected_content": True}, "text"),
    ("command", {"text": "/start", "entities": [{"offset": 0, "length": 6, "type": "bot_command"}]}, "start"),
    ("deep link", {"text": "/start clinic-17", "entities": [{"offset": 0, "length": 6, "type": "bot_command"}]}, "start"),
    ("photo", {"photo": PHOTO}, "only text"),
    ("photo with a caption", {"photo": PHOTO, "caption": "sore", "caption_entities": []}, "caption"),
    ("photo under a spoiler", {"photo": PHOTO, "caption": "sore", "has_media_spoiler": True}, "caption"),
    ("photo of an album", {"photo": PHOTO, "media_group_id": "13"}, "only text"),
    ("live photo", {"live_photo": {**FILE, "duration": 2}}, "only text"),
    ("voice", {"voice": {**FILE, "duration": 4, "mime_type": "audio/ogg"}}, "only text"),
    ("voice with a caption", {"voice": {**FILE, "duration": 4}, "caption": "sore"}, "caption"),
    ("audio", {"audio": {**FILE, "duration": 200, "title": "Song"}}, "only text"),
    ("video", {"video": {**FILE, "width": 1, "height": 1, "duration": 3}}, "only text"),
    ("video with a caption", {"video": {**FILE, "width": 1, "height": 1, "duration": 3}, "caption": "sore"}, "caption"),
    ("video note", {"video_note": {**FILE, "length": 240, "duration": 3}}, "only text"),
    ("sticker", {"sticker": {**FILE, "type": "regular", "width": 512, "height": 512, "emoji": "😱"}}, "only text"),
    ("animation", {"animation": {**FILE, "width": 1, "height": 1, "duration": 1}, "document": FILE}, "only text"),
    ("document", {"document": {**FILE, "file_name": "report.pdf", "mime_type": "application/pdf"}}, "only text"),
    ("document with a caption", {"document": FILE, "caption": "sore"}, "caption"),
    ("location", {"location": {"latitude": 51.5, "longitude": -0.1}}, "only text"),
    ("live location", {"location": {"latitude": 51.5, "longitude": -0.1, "live_period": 900}}, "only text"),
    ("venue", {"venue": {"location": {"latitude": 1}, "title": "A&E", "address": "x"}, "location": {}}, "only text"),
    ("contact", {"contact": {"phone_number": "+12025550142", "first_name": "Mum"}}, "only text"),
    ("poll", {"poll": {"id": "1", "question": "sore?", "options": [], "total_voter_count": 0}}, "only text"),
    ("dice", {"dice": {"emoji": "🎲", "value": 6}}, "only text"),
    ("game", {"game": {"title": "G", "description": "d", "photo": PHOTO}}, "only text"),
    ("story", {"story": {"chat": CHANNEL, "id": 3}}, "only text"),
    ("checklist", {"checklist": {"title": "sore", "tasks": [{"id": 1, "text": "breathe"}]}}, "only text"),
    ("paid media", {"paid_media": {"star_count": 1, "paid_media": []}, "caption": "sore"}, "caption"),
    ("invoice", {"invoice": {"title": "t", "description": "d", "currency": "EUR", "total_amount": 1}}, "only text"),
    ("giveaway", {"giveaway": {"chats": [CHANNEL], "winner_count": 1}}, "only text"),
    ("a kind that is not invented yet", {"hologram": FILE}, "only text"),
    ("joined", {"new_chat_members": [BOT]}, "nothing"),
    ("left", {"left_chat_member": BOT}, "nothing"),
    ("new title", {"new_chat_title": "T"}, "nothing"),
    ("new photo", {"new_chat_photo": PHOTO}, "nothing"),
    ("photo deleted", {"delete_chat_photo": True}, "nothing"),
    ("group created", {"group_chat_created": True}, "nothing"),
    ("moved", {"migrate_to_chat_id": -1001}, "nothing"),
    ("pinned", {"pinned_message": _message(text="sore")}, "nothing"),
    ("auto-delete timer", {"message_auto_delete_timer_changed": {"message_auto_delete_time": 86400}}, "nothing"),
    ("payment", {"successful_payment": {"currency": "EUR", "total_amount": 1, "invoice_payload": "x"}}, "nothing"),
    ("refund", {"refunded_payment": {"currency": "XTR", "total_amount": 1, "invoice_payload": "x"}}, "nothing"),
    ("users shared", {"users_shared": {"request_id": 1, "users": [{"user_id": 9}]}}, "nothing"),
    ("chat shared", {"chat_shared": {"request_id": 1, "chat_id": -1}}, "nothing"),
    ("website connected", {"connected_website": "clinic.example"}, "nothing"),
    ("write access", {"write_access_allowed": {"from_request": True}}, "nothing"),
    ("passport", {"passport_data": {"data": [], "credentials": {}}}, "nothing"),
    ("proximity alert", {"proximity_alert_triggered": {"traveler": PAT, "watcher": BOT, "distance": 5}}, "nothing"),
    ("boost", {"boost_added": {"boost_count": 1}}, "nothing"),
    ("background", {"chat_background_set": {"type": {"type": "fill"}}}, "nothing"),
    ("gift", {"gift": {"gift": {"id": "1", "star_count": 1}}}, "nothing"),
    ("topic", {"forum_topic_created": {"name": "T", "icon_color": 1}}, "nothing"),
    ("video chat", {"video_chat_started": {}}, "nothing"),
    ("web app data", {"web_app_data": {"data": "breathe", "button_text": "b"}}, "nothing"),
    ("tasks done", {"checklist_tasks_done": {"marked_as_done_task_ids": [1]}}, "nothing"),
    ("group", {"chat": GROUP, "text": "sore"}, "private"),
    ("command in a group", {"chat": GROUP, "text": "/start@aftercare_test_bot"}, "private"),
    ("photo in a group", {"chat": {**GROUP, "type": "group", "id": -55}, "photo": PHOTO}, "private"),
    ("anonymous admin", {"chat": GROUP, "sender_chat": GROUP, "from": {**BOT, "id": 1087968824}, "text": "x"}, "nothing"),
    ("joined a group", {"chat": GROUP, "new_chat_members": [BOT]}, "nothing"),
    ("another bot", {"from": {**BOT, "id": 42}, "text": "sore"}, "nothing"),
]  # fmt: skip

UPDATES: list[tuple[str, str, Json, str]] = [
    *((f"message: {name}", "message", _message(**fields), answer) for name, fields, answer in MESSAGES),
    ("edited text", "edited_message", _message(text="sore", edit_date=1_700_000_100), "text"),
    ("edited caption", "edited_message", _message(photo=PHOTO, caption="sore", edit_date=1_700_000_100), "caption"),
    ("edited photo", "edited_message", _message(photo=PHOTO, edit_date=1_700_000_100), "nothing"),
    ("moved live location", "edited_message", _message(location={"latitude": 1}, edit_date=1_700_000_100), "nothing"),
    ("edited in a group", "edited_message", _message(chat=GROUP, text="sore", edit_date=1_700_000_100), "nothing"),
    ("button of nobody", "callback_query", _query(data="b:x", message=_message(text="x", **{"from": BOT})), "expired"),
    ("inaccessible", "callback_query", _query(data="b:x", message={"chat": PRIVATE, "message_id": 3, "date": 0}), "expired"),
    ("inline message", "callback_query", _query(data="b:x", inline_message_id="AAA"), "spinner"),
    ("game button", "callback_query", _query(game_short_name="g", message=_message(text="x")), "spinner"),
    ("button in a group", "callback_query", _query(data="b:x", message=_message(chat=GROUP, text="x")), "spinner"),
    ("channel post", "channel_post", {"message_id": 1, "chat": CHANNEL, "date": 1, "text": "sore"}, "nothing"),
    ("edited channel post", "edited_channel_post", {"message_id": 1, "chat": CHANNEL, "date": 1, "text": "sore"}, "nothing"),
    ("business connection", "business_connection", {"id": "1", "user": PAT, "user_chat_id": 42, "date": 1}, "nothing"),
    ("business message", "business_message", _message(text="sore", business_connection_id="1"), "nothing"),
    ("edited business message", "edited_business_message", _message(text="sore", business_connection_id="1"), "nothing"),
    ("deleted business messages", "deleted_business_messages", {"chat": PRIVATE, "message_ids": [1]}, "nothing"),
    ("reaction", "message_reaction", {"chat": PRIVATE, "message_id": 3, "user": PAT, "new_reaction": []}, "nothing"),
    ("reaction count", "message_reaction_count", {"chat": CHANNEL, "message_id": 3, "reactions": []}, "nothing"),
    ("inline query", "inline_query", {"id": "1", "from": PAT, "query": "sore", "offset": ""}, "nothing"),
    ("inline result", "chosen_inline_result", {"result_id": "1", "from": PAT, "query": "sore"}, "nothing"),
    ("shipping query", "shipping_query", {"id": "1", "from": PAT, "invoice_payload": "x"}, "nothing"),
    ("pre-checkout query", "pre_checkout_query", {"id": "1", "from": PAT, "currency": "EUR", "total_amount": 1}, "nothing"),
    ("paid media bought", "purchased_paid_media", {"from": PAT, "paid_media_payload": "x"}, "nothing"),
    ("poll state", "poll", {"id": "1", "question": "q", "options": []}, "nothing"),
    ("poll answer", "poll_answer", {"poll_id": "1", "user": PAT, "option_ids": [0]}, "nothing"),
    ("blocked", "my_chat_member", {"chat": PRIVATE, "from": PAT, "date": 1, "new_chat_member": {"status": "kicked"}}, "nothing"),
    ("member", "chat_member", {"chat": GROUP, "from": PAT, "date": 1}, "nothing"),
    ("join request", "chat_join_request", {"chat": GROUP, "from": PAT, "user_chat_id": 42, "date": 1}, "nothing"),
    ("boosted", "chat_boost", {"chat": CHANNEL, "boost": {}}, "nothing"),
    ("boost removed", "removed_chat_boost", {"chat": CHANNEL, "boost_id": "1"}, "nothing"),
    ("a kind that is not invented yet", "telepathy", {"from": PAT, "text": "sore"}, "nothing"),
]  # fmt: skip
