"""Every named experiment, run again and again: what lessons 02, 07, 08 and 11 show as stored.

`recipes` is the page with all of them. A `study` runs some over several seeds and takes `measures`
on the way; `recipe_studies` has the course's own. `studies` runs them and keeps their numbers
through `results`; studies of something other than recipes join its list: `interval_study`,
`bug_clinic`, which trains what lies on the ward, and `measuring_study`, which sets contestants for
W₁ against pairs of rising dimension.
`stored_runs` keeps long runs with their weights. `trained` opens a checkpoint, and `evaluation`
measures what is in it; `inspection` looks at it first, and `fingerprints` tell data apart.
"""
