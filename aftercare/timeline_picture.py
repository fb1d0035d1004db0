"""The 72 hours after a treatment as a PNG: where the patient is, when soreness usually peaks, when to call the clinic.

It holds no sentence of its own: the labels are given, and whoever sends the picture sends its words with it.
"""

from __future__ import annotations

import importlib.util
import io
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import ImageDraw

END_H = 72.0  # when soreness should be almost gone
PEAK_H = (24.0, 48.0)
LONGEST_H = 30 * 24.0

WIDTH, HEIGHT = 1080, 600  # pixels
_SCALE = 2  # drawn larger and then reduced, which smooths the edges
_LEFT, _RIGHT = 60, 1020
_TOP, _BASE = 210, 470
_SHOWN_H = 90.0  # the axis goes on a little behind 72 hours

_BACKGROUND = "#FFFFFF"
_INK = "#1C2B33"
_AXIS = "#5B6B73"
_CURVE = "#0B6E75"
_UNDER_CURVE = "#CFE8E6"
_PEAK = "#F3E3B5"
_CALL = "#B3261E"
_CALL_ZONE = "#F8DEDB"

# Shares of the strongest soreness at those hours; the shape is an illustration of the source's timeline, not a measurement.
_SHAPE = ((0, 0.30), (34, 1.0), (76, 0.05), (90, 0.03))


@dataclass(frozen=True)
class Labels:
    """The words in the picture: two or three each. `hours` is the unit behind a number of hours, such as "h"."""

    here: str
    peak: str
    call: str
    hours: str


def draw_timeline(hours: float, labels: Labels) -> bytes:
    """A PNG of WIDTH by HEIGHT pixels for so many hours since the treatment, 0 to LONGEST_H. Raises ValueError outside that.

    Beyond the axis "you are here" stands at its end. It takes some 50 ms: call it outside the event loop.
    """
    if not (math.isfinite(hours) and 0 <= hours <= LONGEST_H):
        raise ValueError(f"hours must be 0 to {LONGEST_H:g}")
    from PIL import Image, ImageDraw  # only here: nobody else needs it, and it takes time to load

    image = Image.new("RGB", (WIDTH * _SCALE, HEIGHT * _SCALE), _BACKGROUND)
    draw = _Pen(ImageDraw.Draw(image))
    _zones(draw, labels)
    _curve(draw)
    _axis(draw, labels)
    _here(draw, hours, labels)
    out = io.BytesIO()
    image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()


def _zones(draw: _Pen, labels: Labels) -> None:
    peak_from, peak_to, end = (_x(hour) for hour in (*PEAK_H, END_H))
    draw.box(peak_from, _TOP - 54, peak_to, _BASE, _PEAK)
    draw.box(end, _TOP - 54, _RIGHT, _BASE, _CALL_ZONE)
    draw.line(end, _TOP - 54, end, _BASE, _CALL, 4)
    draw.words(labels.peak, (peak_from + peak_to) / 2, _TOP - 28, peak_to - peak_from - 16, 27, _INK)
    # Under the axis, where it has room, with the line it belongs to ending in it.
    draw.line(end, _BASE, end, _BASE + 62, _CALL, 4)
    draw.words(labels.call, (_x(48) + 30 + _RIGHT) / 2, _BASE + 92, _RIGHT - _x(48) - 20, 29, _CALL)


def _curve(draw: _Pen) -> None:
    line = [(_x(hour / 2), _y(_soreness(hour / 2))) for hour in range(int(_SHOWN_H * 2) + 1)]
    draw.area([*line, (_RIGHT, _BASE), (_LEFT, _BASE)], _UNDER_CURVE)
    # The zones lie under the curve; their edges are drawn again so that they stay visible.
    draw.line(_x(END_H), _TOP - 54, _x(END_H), _BASE, _CALL, 4)
    draw.path(line, _CURVE, 7)


def _axis(draw: _Pen, labels: Labels) -> None:
    draw.line(_LEFT, _BASE, _RIGHT, _BASE, _AXIS, 3)
    for hour in (0, 24, 48, 72):
        if hour < END_H:
            draw.line(_x(hour), _BASE, _x(hour), _BASE + 10, _AXIS, 3)
        at = _x(hour) if hour < END_H else _x(hour) + 46
        draw.words(f"{hour} {labels.hours}", at, _BASE + 34, 110, 27, _INK)


def _here(draw: _Pen, hours: float, labels: Labels) -> None:
    hour = min(hours, _SHOWN_H - 2)
    x, y = _x(hour), _y(_soreness(hour))
    text = f"{labels.here}: {round(hours)} {labels.hours}"
    half = draw.width(text, 34) / 2 + 26
    middle = min(max(x, _LEFT - 30 + half), _RIGHT + 30 - half)  # the label stays inside the picture
    draw.line(x, 100, x, _BASE, _INK, 4)
    draw.pill(middle - half, 36, middle + half, 104, _INK)
    draw.words(text, middle, 70, 2 * half, 34, _BACKGROUND)
    draw.dot(x, y, 17, _BACKGROUND)
    draw.dot(x, y, 13, _CURVE)


def _soreness(hour: float) -> float:
    for (h0, s0), (h1, s1) in zip(_SHAPE, _SHAPE[1:]):
        if hour <= h1:
            part = (hour - h0) / (h1 - h0)
            return s0 + (s1 - s0) * part * part * (3 - 2 * part) if s1 < s0 else s0 + (s1 - s0) * math.sin(part * math.pi / 2)
    return _SHAPE[-1][1]


def _x(hour: float) -> float:
    return _LEFT + (_RIGHT - _LEFT) * hour / _SHOWN_H


def _y(share: float) -> float:
    return _BASE - (_BASE - _TOP - 24) * share


class _Pen:
    """Draws in the picture's own pixels on the larger image."""

    def __init__(self, draw: ImageDraw.ImageDraw) -> None:
        self._draw = draw

    def line(self, x0: float, y0: float, x1: float, y1: float, colour: str, width: int) -> None:
        self._draw.line(_scaled(x0, y0, x1, y1), fill=colour, width=width * _SCALE)

    def path(self, points: list[tuple[float, float]], colour: str, width: int) -> None:
        self._draw.line([(x * _SCALE, y * _SCALE) for x, y in points], fill=colour, width=width * _SCALE, joint="curve")

    def area(self, points: list[tuple[float, float]], colour: str) -> None:
        self._draw.polygon([(x * _SCALE, y * _SCALE) for x, y in points], fill=colour)

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: str) -> None:
        self._draw.rectangle(_scaled(x0, y0, x1, y1), fill=colour)

    def pill(self, x0: float, y0: float, x1: float, y1: float, colour: str) -> None:
        self._draw.rounded_rectangle(_scaled(x0, y0, x1, y1), radius=(y1 - y0) / 2 * _SCALE, fill=colour)

    def dot(self, x: float, y: float, radius: float, colour: str) -> None:
        self._draw.ellipse(_scaled(x - radius, y - radius, x + radius, y + radius), fill=colour)

    def width(self, text: str, size: int) -> float:
        return float(self._draw.textlength(text, font=_font(size))) / _SCALE

    def words(self, text: str, x: float, y: float, room: float, size: int, colour: str) -> None:
        """Centred on x, y; smaller where the room is too narrow, so that a longer language still fits."""
        while size > 12 and self.width(text, size) > room:
            size -= 1
        self._draw.text((x * _SCALE, y * _SCALE), text, font=_font(size), fill=colour, anchor="mm")


def _scaled(*numbers: float) -> tuple[float, ...]:
    return tuple(number * _SCALE for number in numbers)


@cache
def _font(size: int) -> Any:
    from PIL import ImageFont

    # Pillow's own font lacks many alphabets; matplotlib, which Rasa brings, has one that does not. It is not imported.
    spec = importlib.util.find_spec("matplotlib")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        file = Path(folder) / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
        if file.is_file():
            return ImageFont.truetype(str(file), size * _SCALE)
    return ImageFont.load_default(size * _SCALE)
