"""How much each bot takes on disk, and the environment that `pip install rasa` gives."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path

import tomli
from packaging.requirements import InvalidRequirement, Requirement

from bench.bots import STOCK_PYTHON
from bench.processes import ROOT, WORK, BenchError, complete

RASA = "rasa==3.6.21"


def stock_environment() -> None:
    """Install plain Rasa into var/bench/stock, about 2.6 GB, if it is not there. Raises BenchError."""
    if STOCK_PYTHON.is_file():
        return
    folder, log = STOCK_PYTHON.parents[1], WORK / "stock-install.log"
    uv = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")
    print(f"Installing {RASA} into {folder.relative_to(ROOT)} ...", flush=True)
    try:
        if Path(uv).is_file():
            # --no-config: without the constraints and overrides of our pyproject.toml
            complete([uv, "venv", "--no-config", "--python", sys.executable, str(folder)], WORK, log)
            options = ["--no-config", "--compile-bytecode", "--python", str(STOCK_PYTHON)]
            complete([uv, "pip", "install", *options, RASA], WORK, log)
        else:
            complete([sys.executable, "-m", "venv", str(folder)], WORK, log)
            complete([str(STOCK_PYTHON), "-m", "pip", "install", RASA], WORK, log)
    except (BenchError, OSError):
        shutil.rmtree(folder, ignore_errors=True)  # half an environment would be taken for a whole one next time
        raise


def ours_installed() -> float:
    """Megabytes of what pyproject.toml asks for at run time, without the development group."""
    project = tomli.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return megabytes([Path(path) for path in sys.path if path.endswith("site-packages")], project["dependencies"])


def stock_installed() -> float | None:
    """Megabytes of `pip install rasa`, or None when that environment is not there."""
    folders = list((STOCK_PYTHON.parents[1] / "lib").glob("python*/site-packages"))
    return megabytes(folders, [RASA]) if STOCK_PYTHON.is_file() else None


def megabytes(folders: Iterable[Path], requirements: Iterable[str]) -> float:
    """Megabytes of the packages that `requirements` need, themselves included, as installed in these folders.

    Counted are a package's files and the bytecode compiled from them.
    """
    installed = {_normal(one.metadata["Name"]): one for one in distributions(path=[str(folder) for folder in folders])}
    wanted, files = list(requirements), set[Path]()
    seen: set[tuple[str, str]] = set()
    while wanted:
        needed = _parsed(wanted.pop())
        if needed is None or _normal(needed.name) not in installed:  # meant for another machine, or left out by an override
            continue
        for extra in ("", *needed.extras):
            if (_normal(needed.name), extra) in seen:
                continue
            seen.add((_normal(needed.name), extra))
            package = installed[_normal(needed.name)]
            wanted += [text for text in package.requires or () if _holds(text, extra)]
            files |= files_of(package)
    return round(sum(os.stat(path).st_size for path in files if path.is_file()) / 1e6, 1)


def files_of(package: Distribution) -> set[Path]:
    """A package's files, and the compiled bytecode of its modules, which installers do not always list."""
    found = {Path(os.path.normpath(str(package.locate_file(file)))) for file in package.files or ()}
    tag = sys.implementation.cache_tag
    return found | {path.parent / "__pycache__" / f"{path.stem}.{tag}.pyc" for path in found if path.suffix == ".py"}


def _parsed(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None


def _holds(text: str, extra: str) -> bool:
    needed = _parsed(text)
    return needed is not None and (needed.marker is None or needed.marker.evaluate({"extra": extra}))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
