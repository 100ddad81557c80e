"""A reveal.js deck for each lesson, from the stored notebook: `make slides`."""
