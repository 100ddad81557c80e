"""The lessons in a real browser: `make browser`. `make test` needs no browser and leaves it out."""
