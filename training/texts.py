"""Write what the network shall learn: every example as the assistant would read it, also with slips of the finger.

    python -m training.texts var/network

The texts are those that `aftercare.reading` hands to the network: words in lower case, spelling corrected. A misspelt variant
goes through the speller too, so that the network learns what a correction leaves behind; one variant stays as it was typed.
"""

from __future__ import annotations

import collections
import json
import sys
from pathlib import Path

from tqdm import tqdm

from aftercare.facts import fact_words
from aftercare.patterns import clinical_words
from aftercare.spelling import Speller
from aftercare.text import joined, words
from tools.examples import Example, examples, fingerprint
from tools.slips import with_slips

_MOST_SLIPS = 3


def vocabulary(found: list[Example]) -> list[str]:
    """Words that stand in the training data twice or more: the speller leaves them alone."""
    counts = collections.Counter(word.text for example in found for word in words(example.text))
    return sorted(word for word, count in counts.items() if count > 1 and word.isalpha())


def variants(text: str, speller: Speller, seed: str) -> dict[str, list[str]]:
    """The text as it is read: `clean` (corrected), `typed` (not corrected), `slipped` (1 to 3 slips, corrected) and one raw."""
    slipped = [with_slips(text, count, f"{seed} {count}") for count in range(1, _MOST_SLIPS + 1)]
    return {
        "clean": [joined(speller.correct(words(text)))],
        "typed": [joined(words(text)), joined(words(slipped[1]))],
        "slipped": [joined(speller.correct(words(each))) for each in slipped],
    }


def main() -> None:
    """Read data/, write texts.json and vocabulary.txt into the folder that is named."""
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    found = examples()
    known = vocabulary(found)
    speller = Speller(clinical_words() | fact_words(), known)
    rows = [
        {"source": e.source, "labels": sorted(e.labels), **variants(e.text, speller, f"slips {at}")}
        for at, e in enumerate(tqdm(found, "texts", unit=""))
    ]
    (target / "vocabulary.txt").write_text("\n".join(known) + "\n", encoding="utf-8")
    (target / "texts.json").write_text(json.dumps({"fingerprint": fingerprint(), "rows": rows}), encoding="utf-8")


if __name__ == "__main__":
    main()
