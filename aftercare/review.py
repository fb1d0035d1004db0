"""The review sheet: every clinical response of domain.yml, for a clinician to read and sign.

`python -m aftercare.review` prints it, with the clinic's own values in place. It ends with status 1 and one line on
standard error when clinic.yml is wrong or a clinical response names no source.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from aftercare.clinic import ClinicError, load_clinic

DOMAIN_PATH = Path(__file__).resolve().parent.parent / "domain.yml"
_WIDTH = 88
_LINE = "_" * 40


class ReviewError(ValueError):
    """A response that cannot be put on the sheet; the message names it and says what is missing."""


@dataclass(frozen=True)
class Entry:
    """One clinical response: `text` has its placeholders still in braces, `reviewed` is None until it is signed."""

    name: str
    text: str
    source: str
    reviewed: str | None = None
    buttons: tuple[str, ...] = ()


def read_responses(path: Path = DOMAIN_PATH) -> dict[str, list[dict[str, Any]]]:
    """The responses of a domain file as written. Raises OSError and yaml.YAMLError."""
    responses: dict[str, list[dict[str, Any]]] = yaml.safe_load(path.read_text(encoding="utf-8"))["responses"]
    return responses


def clinical_entries(responses: Mapping[str, Iterable[Mapping[str, Any]]]) -> list[Entry]:
    """All responses but those marked `clinical: false`, in the order of the file.

    Raises ReviewError for one without a source: what nobody can trace, nobody can sign.
    """
    return [entry for name, variations in responses.items() for item in variations if (entry := _entry(name, item))]


def _entry(name: str, item: Mapping[str, Any]) -> Entry | None:
    metadata = item.get("metadata") or {}
    if metadata.get("clinical") is False:
        return None
    source = str(metadata.get("source") or "").strip()
    if not source:
        raise ReviewError(f"{name} has neither a source nor `clinical: false` in its metadata")
    reviewed = metadata.get("reviewed")
    buttons = tuple(str(button["title"]) for button in item.get("buttons") or ())
    return Entry(name, str(item.get("text", "")).strip(), source, str(reviewed) if reviewed else None, buttons)


def sheet(entries: Iterable[Entry], values: Mapping[str, str]) -> str:
    """The sheet as plain text, at most 88 characters wide. `values` fill the placeholders; unknown ones stay in braces."""
    entries = list(entries)
    signed = sum(entry.reviewed is not None for entry in entries)
    title = f"Clinical responses of the aftercare assistant of {values.get('clinic_name', 'the clinic')}"
    how = (
        f"{len(entries)} responses, {signed} reviewed, {len(entries) - signed} to review. Words in braces are the patient's own. "
        "To sign a response, write your name and the date after its `reviewed:` in domain.yml. A changed text needs a new review."
    )
    blocks = [f"{title}\n{'=' * min(len(title), _WIDTH)}\n{_wrapped(how, 0)}"]
    blocks += [_block(number, entry, values) for number, entry in enumerate(entries, 1)]
    blocks.append(f"Name       {_LINE}\nSignature  {_LINE}\nDate       {_LINE}")
    return "\n\n".join(blocks) + "\n"


def _block(number: int, entry: Entry, values: Mapping[str, str]) -> str:
    lines = [f"{number}. {entry.name}", _wrapped(_filled(entry.text, values), 4)]
    if entry.buttons:
        lines.append(_wrapped("Buttons: " + " | ".join(entry.buttons), 4))
    lines += [_wrapped(f"Source: {entry.source}", 4), _wrapped(f"Reviewed: {entry.reviewed or _LINE}", 4)]
    return "\n".join(lines)


def _filled(text: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], match[0]), text)


def _wrapped(text: str, indent: int) -> str:
    margin = " " * indent
    return textwrap.fill(text, _WIDTH, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)


def main() -> int:
    """Prints the sheet; the exit status."""
    try:
        page = sheet(clinical_entries(read_responses()), load_clinic().values())
    except (ClinicError, ReviewError) as error:
        print(error, file=sys.stderr)
        return 1
    sys.stdout.write(page)
    return 0


if __name__ == "__main__":
    sys.exit(main())
