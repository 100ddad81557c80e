"""The widgets: controls over figure functions, and a still picture where no kernel runs.

`widgets.explorer` holds the shell that all of them share; each lesson's widgets stand in a module
named after its subject.
"""
