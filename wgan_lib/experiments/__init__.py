"""Every named experiment, run again and again: what lessons 02, 07, 08, 11 and 12 show as stored.

`recipes` is the page with all of them. A `study` runs some over several seeds and takes `measures`
on the way; `recipe_studies` has those of the course. `measuring_study` sets contestants for W₁
against pairs of rising dimension, `interval_study` counts how often an interval holds W₁,
`measurers` has GANs that differ in who measures, and `bug_clinic` trains what lies on the ward.
`studies` runs them all and keeps their numbers through `results`.
`stored_runs` keeps long runs with their weights. `trained` opens a checkpoint, and `evaluation`
measures what is in it; `inspection` looks at it first, and `fingerprints` tell data apart.
"""
