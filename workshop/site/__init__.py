"""The web site: the lessons as they are stored, the library's pages, what one looks up."""
