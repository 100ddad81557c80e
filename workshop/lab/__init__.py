"""The WGAN Lab: an engine and a page in the browser's own language, joined into one file."""
