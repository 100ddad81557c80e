"""The exercises: a stub in the lesson, a check that never stops the notebook, a folded solution.

`exercises.checking` judges an answer; each lesson's exercises stand in a module of their own, with
the reference solution, the check and its hints. A new module joins without being listed.
"""
