"""The course as an installed package, far from its source: `make wheel`."""
