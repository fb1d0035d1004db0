"""clinic.yml: what it may hold, how it reads to a patient, and one clear line for whatever is wrong in it."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from aftercare.clinic import DEFAULT_PATH, PATH_VARIABLE, Clinic, ClinicError, load_clinic

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
GOOD = {
    "name": "Harbour Physio",
    "phone": '"+44 20 7946 0123"',
    "emergency_number": "999",
    "crisis_line": "{name: Samaritans, number: 116 123}",
    "time_zone": "Europe/London",
    "opening_hours": "{" + ", ".join(f"{day}: [09:00-17:00]" for day in WEEKDAYS) + ", sat: closed, sun: closed}",
    "allowed_origins": "[https://harbour.example, 'http://localhost:*']",
    "privacy_note": "We keep your messages for 30 days.",
}


def write(folder: Path, **changes: str | None) -> Path:
    """A clinic.yml like GOOD with some keys changed, or left out where the change is None."""
    path = folder / "clinic.yml"
    path.write_text("".join(f"{key}: {value}\n" for key, value in {**GOOD, **changes}.items() if value is not None))
    return path


def hours(text: str) -> str:
    return "{" + ", ".join(f"{day}: {text}" for day in WEEKDAYS) + ", sat: closed, sun: closed}"


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return load_clinic(write(tmp_path))


def test_the_clinic_file_of_the_repository_is_valid() -> None:
    clinic = load_clinic(DEFAULT_PATH)
    assert all(clinic.values().values())


def test_the_environment_can_name_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PATH_VARIABLE, str(write(tmp_path, name="Elsewhere")))
    assert load_clinic().name == "Elsewhere"


def test_values_for_the_responses(clinic: Clinic) -> None:
    assert clinic.values() == {
        "clinic_name": "Harbour Physio",
        "clinic_phone": "+44 20 7946 0123",
        "emergency_number": "999",
        "crisis_line": "116 123 (Samaritans)",
        "opening_hours": "Mon to Fri 09:00-17:00, Sat and Sun closed",
        "privacy_note": "We keep your messages for 30 days.",
    }


@pytest.mark.parametrize(
    ("key", "written", "read"),
    [
        ("emergency_number", "000", "000"),  # plain YAML would make this 0
        ("emergency_number", "0112", "0112"),  # and this 74
        ("emergency_number", '"15"', "15"),
        ("name", "No", "No"),  # and this False
        ("name", "O'Neill & Søn – Physio", "O'Neill & Søn – Physio"),
        ("phone", "(202) 555-0142", "(202) 555-0142"),
        ("phone", "0123 456", "0123 456"),
    ],
)
def test_a_value_is_read_as_it_is_written(tmp_path: Path, key: str, written: str, read: str) -> None:
    assert getattr(load_clinic(write(tmp_path, **{key: written})), key) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (hours("[09:00-17:00]"), "Mon to Fri 09:00-17:00, Sat and Sun closed"),
        (hours("[9:00 - 12:30, 13:30-24:00]"), "Mon to Fri 09:00-12:30 and 13:30-24:00, Sat and Sun closed"),
        (hours("09:00-17:00"), "Mon to Fri 09:00-17:00, Sat and Sun closed"),
        (hours("closed"), "Mon to Sun closed"),
        (
            "{mon: [09:00-17:00], tue: closed, wed: [09:00-17:00], thu: closed, fri: closed, sat: [00:00-24:00], sun: closed}",
            "Mon 09:00-17:00, Tue closed, Wed 09:00-17:00, Thu and Fri closed, Sat 00:00-24:00, Sun closed",
        ),
    ],
)
def test_opening_hours_read_as_one_line(tmp_path: Path, written: str, read: str) -> None:
    assert load_clinic(write(tmp_path, opening_hours=written)).opening_hours_text == read


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-07-06T09:00+01:00", True),  # a Monday; London is at +01:00 in summer
        ("2026-07-06T08:59+01:00", False),
        ("2026-07-06T16:59+01:00", True),
        ("2026-07-06T17:00+01:00", False),
        ("2026-07-06T08:30+00:00", True),  # the same clock is half past nine in London
        ("2026-07-06T03:30-05:00", True),
        ("2026-01-05T08:30+00:00", False),  # winter: London is at +00:00
        ("2026-07-04T12:00+01:00", False),  # Saturday
        ("2026-07-05T23:30-10:00", True),  # Sunday evening in Hawaii, Monday morning in London
    ],
)
def test_is_open(clinic: Clinic, moment: str, is_open: bool) -> None:
    assert clinic.is_open(datetime.fromisoformat(moment)) is is_open


def test_is_open_refuses_a_time_without_a_zone(clinic: Clinic) -> None:
    with pytest.raises(ValueError, match="zone"):
        clinic.is_open(datetime(2026, 7, 6, 12))


def test_now_is_the_present_in_the_zone_of_the_clinic(clinic: Clinic) -> None:
    assert clinic.now().tzinfo == clinic.time_zone
    assert abs(clinic.now() - datetime.now(timezone.utc)) < timedelta(minutes=1)


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        ("https://harbour.example", True),
        ("https://HARBOUR.example", True),
        ("http://localhost:8080", True),
        ("http://localhost", True),
        ("http://harbour.example", False),
        ("https://harbour.example:8443", False),
        ("https://harbour.example.evil.example", False),
        ("https://evil.example/https://harbour.example", False),
        ("http://localhost.evil.example:80", False),
        ("null", False),
        ("", False),
    ],
)
def test_which_sites_may_embed_the_widget(clinic: Clinic, origin: str, allowed: bool) -> None:
    assert clinic.allows_origin(origin) is allowed


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"phone": None}, ["phone: this key is missing", "+1 202 555 0142"]),
        ({"emergency_nummer": "911"}, ["emergency_nummer: no such key", "emergency_number"]),
        ({"name": ""}, ["name: ''", "1 to 80"]),
        ({"name": "x" * 81}, ["name: 'xxx", "1 to 80"]),
        ({"name": '"{clinic_phone}"'}, ["name: '{clinic_phone}'", "braces"]),
        ({"name": '"a\\u0007b"'}, ["name: "]),
        ({"name": "[one, two]"}, ["name: '[one, two]'"]),
        ({"phone": "ask at the desk"}, ["phone: 'ask at the desk'", "telephone number"]),
        ({"emergency_number": "nine one one"}, ["emergency_number: 'nine one one'", "2 to 6 digits"]),
        ({"crisis_line": "988"}, ["crisis_line: '988'", "name and its number"]),
        ({"crisis_line": "{name: Samaritans}"}, ["crisis_line.number: this key is missing", "name, number"]),
        ({"crisis_line": "{name: Samaritans, number: 988, hours: all}"}, ["crisis_line.hours: no such key"]),
        ({"crisis_line": "{name: Samaritans, number: soon}"}, ["crisis_line.number: 'soon'"]),
        ({"time_zone": "Eastern"}, ["time_zone: 'Eastern'", "America/New_York"]),
        ({"time_zone": "../etc/passwd"}, ["time_zone: '../etc/passwd'"]),
        ({"time_zone": "America"}, ["time_zone: 'America'"]),
        ({"opening_hours": "9 to 5"}, ["opening_hours: '9 to 5'", "mon, tue"]),
        ({"opening_hours": "{mon: closed}"}, ["opening_hours.tue: this key is missing"]),
        ({"opening_hours": hours("[17:00-09:00]")}, ["opening_hours.mon: '[17:00-09:00]'", "closed"]),
        ({"opening_hours": hours("[09:00-24:30]")}, ["opening_hours.mon: '["]),
        ({"opening_hours": hours("[09:00-13:00, 12:00-17:00]")}, ["opening_hours.mon: '["]),
        ({"opening_hours": hours("[]")}, ["opening_hours.mon: '["]),
        ({"opening_hours": hours("shut")}, ["opening_hours.mon: 'shut'", "closed"]),
        ({"allowed_origins": "https://clinic.example"}, ["allowed_origins: 'https://clinic.example'", "list"]),
        ({"allowed_origins": "['*']"}, ["allowed_origins: '["]),
        ({"allowed_origins": "[https://clinic.example/page]"}, ["allowed_origins: '["]),
        ({"allowed_origins": "[http://clinic.example]"}, ["allowed_origins: '["]),
        ({"allowed_origins": "['https://clinic.example:*']"}, ["allowed_origins: '["]),
        ({"privacy_note": "~\nphone: 911 911"}, ["phone: this key stands twice"]),
        ({"privacy_note": "[oh"}, ["line 9", "not YAML"]),
    ],
)
def test_a_wrong_file_is_one_line_that_names_file_key_and_what_is_allowed(
    tmp_path: Path, changes: dict[str, str | None], names: list[str]
) -> None:
    with pytest.raises(ClinicError) as error:
        load_clinic(write(tmp_path, **changes))
    line = str(error.value)
    assert line.startswith("clinic.yml: ")
    assert "\n" not in line
    for part in names:
        assert part in line


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (None, "cannot be read"),
        (b"", "no keys"),
        (b"- a\n- b\n", "no keys"),
        (b"name: \xff\xfe\n", "not UTF-8"),
        (b"a: b: c\n", "line 1"),
    ],
)
def test_a_file_that_is_no_clinic_file(tmp_path: Path, content: bytes | None, part: str) -> None:
    path = tmp_path / "other.yml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ClinicError, match=f"^other.yml: .*{part}"):
        load_clinic(path)
