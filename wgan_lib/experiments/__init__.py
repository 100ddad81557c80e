"""Every named experiment, run again and again: what lessons 02, 06 and 07 show as stored.

`recipes` is the page with all of them. A `study` runs some over several seeds, `studies` lists the
course's own and keeps their numbers through `results`; `image_looks` says what is measured on
images, and `stored_runs` keeps long runs with their weights. `trained` opens a checkpoint, and
`evaluation` measures what is in it.
"""
