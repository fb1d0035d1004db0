"""What a clinic sets for itself in `clinic.yml`: who it is, how it is reached, when it is open."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

DEFAULT_PATH = Path(__file__).resolve().parent.parent / "clinic.yml"
PATH_VARIABLE = "AFTERCARE_CLINIC"  # names another clinic.yml

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MINUTES_A_DAY = 24 * 60

_PHONE = re.compile(r"[+(0-9][0-9 ()./-]{1,22}[0-9]")
_TIMES = re.compile(r"([01]?[0-9]|2[0-4]):([0-5][0-9]) ?[-–] ?([01]?[0-9]|2[0-4]):([0-5][0-9])")
_ORIGIN = re.compile(r"(https?)://([a-z0-9.-]+|\[[0-9a-f:]+\])(?::([0-9]{1,5}|\*))?")
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")

Interval = tuple[int, int]  # minutes after midnight: opens, closes


class ClinicError(ValueError):
    """clinic.yml cannot be used. The text is one line: the file, the key, and what is allowed."""


@dataclass(frozen=True)
class Clinic:
    """A checked clinic.yml.

    `opening_hours` has seven rows, Monday first, each with the (opens, closes) pairs of that day in minutes after midnight;
    an empty row is a closed day. `allowed_origins` are web origins such as `https://clinic.example`; a loopback origin
    may end in `:*`, any port.
    """

    name: str
    phone: str
    emergency_number: str
    crisis_line_name: str
    crisis_line_number: str
    time_zone: ZoneInfo
    opening_hours: tuple[tuple[Interval, ...], ...]
    allowed_origins: tuple[str, ...]
    privacy_note: str

    @property
    def crisis_line(self) -> str:
        """Number and name: "988 (Suicide and Crisis Lifeline)"."""
        return f"{self.crisis_line_number} ({self.crisis_line_name})"

    @property
    def opening_hours_text(self) -> str:
        """One line, equal neighbours joined: "Mon to Fri 09:00-17:30, Sat and Sun closed"."""
        runs: list[tuple[int, int]] = []  # first and last day
        for day, hours in enumerate(self.opening_hours):
            if runs and self.opening_hours[runs[-1][0]] == hours:
                runs[-1] = (runs[-1][0], day)
            else:
                runs.append((day, day))
        return ", ".join(f"{_days(first, last)} {_hours(self.opening_hours[first])}" for first, last in runs)

    def now(self) -> datetime:
        """The time at the clinic, aware of its zone."""
        return datetime.now(self.time_zone)

    def is_open(self, moment: datetime) -> bool:
        """Whether the clinic is open at an aware `moment`, in any zone. Raises ValueError for a naive one."""
        if moment.tzinfo is None:
            raise ValueError("is_open needs a time that knows its zone")
        local = moment.astimezone(self.time_zone)
        minute = local.hour * 60 + local.minute
        return any(opens <= minute < closes for opens, closes in self.opening_hours[local.weekday()])

    def allows_origin(self, origin: str) -> bool:
        """Whether a page of that web origin (the Origin header: scheme://host[:port]) may embed the widget."""
        any_port = re.sub(r":[0-9]+$", "", origin.lower()) + ":*"
        return origin.lower() in self.allowed_origins or any_port in self.allowed_origins

    def values(self) -> dict[str, str]:
        """What the responses of domain.yml may name in braces. No value is empty or holds a brace."""
        return {
            "clinic_name": self.name,
            "clinic_phone": self.phone,
            "emergency_number": self.emergency_number,
            "crisis_line": self.crisis_line,
            "opening_hours": self.opening_hours_text,
            "privacy_note": self.privacy_note,
        }


def load_clinic(path: str | os.PathLike[str] | None = None) -> Clinic:
    """The clinic of `path`, else of the file that AFTERCARE_CLINIC names, else of clinic.yml beside this package.

    Each file is read once. Raises ClinicError.
    """
    return _load(Path(path or os.environ.get(PATH_VARIABLE) or DEFAULT_PATH))


@cache
def _load(path: Path) -> Clinic:
    try:
        keys = _read(path)
        missing = [key for key in _KEYS if key not in keys]
        unknown = [key for key in keys if key not in _KEYS]
        if unknown:
            raise ClinicError(f"{unknown[0]}: no such key; the keys are {', '.join(_KEYS)}")
        if missing:
            raise ClinicError(f"{missing[0]}: this key is missing; {_KEYS[missing[0]].allowed}")
        checked = {key: rule.check(key, keys[key]) for key, rule in _KEYS.items()}
    except ClinicError as error:
        raise ClinicError(" ".join(f"{path.name}: {error}".split())) from None
    crisis = checked.pop("crisis_line")
    return Clinic(crisis_line_name=crisis["name"], crisis_line_number=crisis["number"], **checked)


class _OneOfEach(yaml.BaseLoader):
    """Reads every value as text, since plain YAML turns 000 into 0 and takes the last of two equal keys."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [str(key.value) for key, _ in node.value]
        for name in names:
            if names.count(name) > 1:
                raise ClinicError(f"{name}: this key stands twice; keep one")
        return super().construct_mapping(node, deep=True)


def _read(path: Path) -> dict[str, Any]:
    try:
        keys = yaml.load(path.read_text(encoding="utf-8"), Loader=_OneOfEach)
    except OSError as error:
        raise ClinicError(f"the file cannot be read ({error.strerror}); it has the keys {', '.join(_KEYS)}") from None
    except UnicodeDecodeError:
        raise ClinicError("the file is not UTF-8 text; save it as UTF-8") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or "unreadable"
        raise ClinicError(f"{place}this is not YAML ({problem}); write `key: value`") from None
    if not isinstance(keys, dict):
        raise ClinicError(f"the file holds no keys; it needs {', '.join(_KEYS)}")
    return keys


@dataclass(frozen=True)
class _Rule:
    """What one key may hold: `parse` returns the value, or raises ValueError or KeyError; `allowed` says it in words."""

    parse: Callable[[Any], Any]
    allowed: str

    def check(self, key: str, value: Any) -> Any:
        try:
            return self.parse(value)
        except ClinicError as error:
            raise ClinicError(f"{key}.{error}") from None
        except (ValueError, KeyError, OSError):
            raise ClinicError(f"{key}: {_short(value)} is not allowed; {self.allowed}") from None


def _short(value: Any) -> str:
    text = (
        value if isinstance(value, str) else f"[{', '.join(map(str, value))}]" if isinstance(value, list) else "a block of keys"
    )
    return f"'{text[:40]}…'" if len(text) > 40 else f"'{text}'"


def _text(most: int) -> _Rule:
    def parse(value: Any) -> str:
        text = " ".join(value.split()) if isinstance(value, str) else ""
        if not 1 <= len(text) <= most or "{" in text or "}" in text or not text.isprintable():
            raise ValueError
        return text

    return _Rule(parse, f"write 1 to {most} characters of text, without braces")


def _matching(pattern: re.Pattern[str], allowed: str) -> _Rule:
    def parse(value: Any) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value.strip()):
            raise ValueError
        return value.strip()

    return _Rule(parse, allowed)


def _block(rules: dict[str, _Rule]) -> Callable[[Any], dict[str, Any]]:
    def parse(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValueError
        for key in [*value, *rules]:
            if key not in rules or key not in value:
                problem = "no such key" if key not in rules else "this key is missing"
                raise ClinicError(f"{key}: {problem}; the keys are {', '.join(rules)}")
        return {key: rule.check(key, value[key]) for key, rule in rules.items()}

    return parse


def _time_zone(value: Any) -> ZoneInfo:
    if not isinstance(value, str) or not value:
        raise ValueError
    return ZoneInfo(value)  # raises a KeyError, a ValueError or, for a folder's name, an OSError


def _day(value: Any) -> tuple[Interval, ...]:
    if value == "closed":
        return ()
    hours: list[Interval] = []
    for part in value if isinstance(value, list) else [value]:
        times = _TIMES.fullmatch(part.strip()) if isinstance(part, str) else None
        if times is None:
            raise ValueError
        opens, closes = int(times[1]) * 60 + int(times[2]), int(times[3]) * 60 + int(times[4])
        if not opens < closes <= MINUTES_A_DAY or (hours and opens < hours[-1][1]):
            raise ValueError
        hours.append((opens, closes))
    if not hours:
        raise ValueError
    return tuple(hours)


_DAY = _Rule(_day, "write closed, or times in order such as [09:00-12:30, 13:30-17:30]")


def _week(value: Any) -> tuple[tuple[Interval, ...], ...]:
    return tuple(_block(dict.fromkeys(DAYS, _DAY))(value).values())


def _origins(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError
    for origin in value:
        parts = _ORIGIN.fullmatch(origin.lower()) if isinstance(origin, str) else None
        if parts is None or (parts[2] not in _LOOPBACK and (parts[1] == "http" or parts[3] == "*")):
            raise ValueError
    return tuple(origin.lower() for origin in value)


def _days(first: int, last: int) -> str:
    names = [day.capitalize() for day in DAYS]
    if first == last:
        return names[first]
    return f"{names[first]} {'and' if last == first + 1 else 'to'} {names[last]}"


def _hours(hours: tuple[Interval, ...]) -> str:
    return " and ".join("-".join(f"{at // 60:02}:{at % 60:02}" for at in pair) for pair in hours) or "closed"


_PHONE_RULE = _matching(_PHONE, "write a telephone number such as +1 202 555 0142")
_NUMBER_RULE = _matching(re.compile(r"[0-9]{2,6}"), "write 2 to 6 digits such as 911")

_KEYS: dict[str, _Rule] = {
    "name": _text(80),
    "phone": _PHONE_RULE,
    "emergency_number": _NUMBER_RULE,
    "crisis_line": _Rule(_block({"name": _text(80), "number": _PHONE_RULE}), "write its name and its number"),
    "time_zone": _Rule(_time_zone, "write a zone such as America/New_York or Europe/London"),
    "opening_hours": _Rule(_week, f"write the days {', '.join(DAYS)}"),
    "allowed_origins": _Rule(_origins, "write a list such as [https://clinic.example], [http://localhost:*] or []"),
    "privacy_note": _text(400),
}
