"""How every lesson opens, and the map: what `make notebooks` writes into the lessons' .md files.

Before the first code cell of a lesson stand two cells that nobody writes by hand:

- a line with its minutes, the lessons before and after it, and links that launch it elsewhere;
- the set-up, the same in all lessons. It finds the library in a clone, does nothing where the
  course is installed, and installs it where there is neither, as on Colab.

`renew` writes them again. It runs no cell: a line of text changes no output. A test says when it
has to be done.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from workshop import COURSE
from workshop.course_map import Lesson, course, promised, table, with_map

NAVIGATION, SET_UP = "navigation", "set-up"  # the tags of the two cells
_HOME = re.compile(r'^Repository = "(https://github\.com/([\w.-]+/[\w.-]+))"', flags=re.MULTILINE)
_OLD = re.compile(
    r"^\+\+\+ \{[^\n]*\"navigation\"[^\n]*\}\n.*?^```\{code-cell\}[^\n]*\n.*?^```\n+",
    flags=re.DOTALL | re.MULTILINE,
)
_CODE = re.compile(r"^```\{code-cell\}", flags=re.MULTILINE)
# Laid out as jupytext lays out such cells; no slide needs them, and no page that nobody runs.
_OPENING = """\
+++ {{"slideshow": {{"slide_type": "skip"}}, "tags": ["navigation"]}}

{navigation}

```{{code-cell}} ipython3
---
jupyter:
  source_hidden: true
slideshow:
  slide_type: skip
tags: [remove-cell, set-up]
---
{set_up}
```

"""
_SET_UP = """\
# Set-up, the same in every lesson. In a clone, or once installed, it changes nothing.
import importlib.util
import subprocess
import sys
from pathlib import Path

if importlib.util.find_spec("wgan_lib") is None:
    clone = [folder for folder in Path.cwd().parents if (folder / "wgan_lib").is_dir()]
    sys.path.extend(map(str, clone[:1]))
    if not clone:  # as on Colab: install the course, and leave the torch that is there alone
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "POT"]
        home = "{repository}"
        if subprocess.run([*pip, f"git+{{home}}"], capture_output=True).returncode:
            raise ImportError(f"there is no course at {{home}}: open this file in a clone of it")"""


@cache
def repository(project: Path = COURSE / "pyproject.toml") -> tuple[str, str]:
    """The address of the course, whole and as owner/name, from the one place that knows it."""
    found = _HOME.search(project.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{project} names no address on github.com as `Repository`")
    return found[1], found[2]


def set_up() -> str:
    """The source of the set-up cell."""
    return _SET_UP.format(repository=repository()[0])


def navigation(lesson: Lesson, before: Lesson | None, after: Lesson | None) -> str:
    """The line with minutes, neighbours and launch links. The links are text: no picture loads."""
    owned, place = repository()[1], f"notebooks/{lesson.stem}.ipynb"
    colab = f"https://colab.research.google.com/github/{owned}/blob/main/{place}"
    binder = f"https://mybinder.org/v2/gh/{owned}/main?urlpath=lab/tree/{place}"
    parts = [
        f"*{lesson.minutes} {'minute' if lesson.minutes == '1' else 'minutes'} on two CPU cores*",
        *([f"Before: [{before.name}]({before.stem}.ipynb)"] if before else []),
        *([f"Next: [{after.name}]({after.stem}.ipynb)"] if after else []),
        f"[Open in Colab]({colab})",
        f"[Open in Binder]({binder})",
    ]
    return " · ".join(parts)


def opened(text: str, opening: str) -> str:
    """A lesson's text with this opening before its first code cell, in place of an older one."""
    text = _OLD.sub("", text, count=1)
    first = _CODE.search(text)
    return text if first is None else text[: first.start()] + opening + text[first.start() :]


def renewed(folder: Path) -> dict[Path, str]:
    """Each file that lessons are written into, and the text that it should have.

    These are the .md files of the folder, and the README beside it if it shows the map.
    """
    lessons, wanted = course(folder), {}
    for before, lesson, after in zip([None, *lessons], lessons, [*lessons[1:], None], strict=False):
        path = folder / f"{lesson.stem}.md"
        line = navigation(lesson, before, after)
        opening = _OPENING.format(navigation=line, set_up=set_up())
        text = opened(path.read_text(encoding="utf-8"), opening)
        wanted[path] = with_map(text, table(lessons) + promised())
    readme = folder.parent / "README.md"
    if readme.exists():
        shown = table(lessons, folder=f"{folder.name}/", pictures=True)
        wanted[readme] = with_map(readme.read_text(encoding="utf-8"), shown + promised())
    return wanted


def stale(folder: Path) -> list[Path]:
    """The files whose opening or map is not what it should be."""
    return [p for p, text in renewed(folder).items() if p.read_text(encoding="utf-8") != text]
