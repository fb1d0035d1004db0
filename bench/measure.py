"""The measurements, both bots in turn: starts, rounds of load at several connections, and one long conversation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from statistics import median

from tqdm import tqdm

from bench.bots import Bot, Running
from bench.figures import CONNECTIONS, OURS, TURNS, Figures, Round, load_figures, middle
from bench.load import Lane, lanes, messages, send


@dataclass(frozen=True)
class Plan:
    """How much is measured: starts of each bot, rounds, messages of one round by connections, whether the long conversation."""

    starts: int
    rounds: int
    counts: dict[int, int]
    long: bool

    @property
    def told(self) -> str:
        """In one line."""
        counts = ", ".join(f"{count} at {number}" for number, count in self.counts.items())
        return f"starts of each bot: {self.starts}, rounds of load: {self.rounds}, messages of a round: {counts} connections"


FULL = Plan(starts=2, rounds=3, counts={1: 150, 8: 320, 32: 400}, long=True)
QUICK = Plan(starts=1, rounds=1, counts={1: 20, 8: 40, 32: 64}, long=False)

_WARM_UP = 62  # messages that each bot reads before anything is timed: all of them once
_CYCLE = 20  # messages that the conversations repeat, so that the turns around 10, 100 and 1,000 are the same messages
SHORT = 10  # conversations that give turn 1 and turn 10
INIT_STOPS_AT = 100  # the bot of `rasa init` gets ever slower: its turns up to 1,000 alone would take a quarter of an hour


def starts(bots: Sequence[Bot], count: int) -> dict[str, Figures]:
    """Seconds from the start of the processes to the first answer, the median of `count` starts, each bot alone and in turn."""
    seconds: dict[str, list[float]] = defaultdict(list)
    with tqdm(total=count * len(bots), desc="starts", unit="") as progress:
        for _ in range(count):
            for bot in bots:
                running = bot.start()
                running.stop()
                seconds[bot.name].append(round(running.seconds, 2))
                progress.update()
    return {name: {"start": round(median(values), 2), "starts": values} for name, values in seconds.items()}


def served(bots: Sequence[Bot], plan: Plan) -> dict[str, Figures]:
    """With all of them running: load, then memory, then what a message costs as the conversation grows."""
    with _running(bots) as running:
        for name, bot in running.items():
            send(bot.url, f"{name}, warm-up", lanes(_WARM_UP, 1, "warm-up", seed=0))
        figures: dict[str, Figures] = {name: {"load": load} for name, load in _loads(running, plan).items()}
        for name, bot in running.items():
            figures[name]["memory"] = bot.megabytes()
        if plan.long:
            for name, bot in running.items():
                figures[name]["turns"] = _turns(name, bot)
    return figures


@contextmanager
def _running(bots: Sequence[Bot]) -> Iterator[dict[str, Running]]:
    with ExitStack() as stack:
        running = {}
        for bot in bots:
            running[bot.name] = bot.start()
            stack.callback(running[bot.name].stop)
        yield running


def _loads(running: dict[str, Running], plan: Plan) -> dict[str, Figures]:
    rounds: dict[str, dict[int, list[Round]]] = {name: defaultdict(list) for name in running}
    with tqdm(total=plan.rounds * sum(plan.counts.values()) * len(running), desc="load", unit="") as progress:
        for number in range(plan.rounds):
            for connections in CONNECTIONS:
                for name in sorted(running, reverse=number % 2 == 1):  # who goes first changes
                    job = lanes(plan.counts[connections], connections, f"{number}-{connections}", seed=number)
                    done, _ = send(running[name].url, f"{name}, connections: {connections}", job)
                    rounds[name][connections].append(done)
                    progress.update(plan.counts[connections])
    return {name: {str(number): load_figures(done) for number, done in table.items()} for name, table in rounds.items()}


def _turns(name: str, bot: Running) -> Figures:
    """Milliseconds, p50, of the turns around each of TURNS."""
    cycle = messages()[:: len(messages()) // _CYCLE][:_CYCLE]

    def talk(sender: str, first: int, count: int) -> Lane:
        return [(sender, cycle[(first + turn) % _CYCLE]) for turn in range(count)]

    # Each starts with another message, so that turn 1 is not always the same one.
    short = [talk(f"short-{at}", at * _CYCLE // SHORT, _CYCLE) for at in range(SHORT)]
    openings, tens = [], []
    for lane in tqdm(short, f"{name}, short conversations", unit=""):
        seconds = send(bot.url, f"{name}, conversation", [lane])[1][0]
        openings.append(seconds[0])
        tens += seconds[1:]
    last = max(TURNS) if name == OURS else INIT_STOPS_AT
    later: dict[int, list[float]] = {turn: [] for turn in TURNS if _CYCLE < turn <= last}
    seconds = send(bot.url, f"{name}, one conversation, turns", [talk("long", 0, last + _CYCLE // 2)])[1][0]
    for turn, values in later.items():
        values.extend(seconds[turn - _CYCLE // 2 : turn + _CYCLE // 2])
    return {"1": middle(openings), "10": middle(tens), **{str(turn): middle(values) for turn, values in later.items()}}
