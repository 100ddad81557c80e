"""The library's own source on the page: a lesson shows the code it teaches and never copies it.

The source is stored as the cell's output, so that a test goes red when the library has moved on.
"""

from __future__ import annotations

import inspect
import textwrap

from wgan_lib.classroom.pictures import in_notebook


def show_source(*definitions: object) -> None:
    """Display the source of functions, classes or methods, one after the other, with colours."""
    source = "\n\n\n".join(_source(definition) for definition in definitions)
    if not in_notebook():
        print(source)
        return
    from IPython.display import display

    page = {"text/markdown": f"```python\n{source}\n```", "text/plain": source}
    display(page, raw=True)


def _source(definition: object) -> str:
    try:
        return textwrap.dedent(inspect.getsource(definition)).rstrip()
    except TypeError:
        raise TypeError(
            f"show_source takes functions, classes and methods, got {definition!r}"
        ) from None
