"""What only an author of the course runs: lessons as files, the claims page, slides, the site."""

from pathlib import Path

COURSE = Path(__file__).resolve().parents[1]  # the folder that holds notebooks/ and docs/
