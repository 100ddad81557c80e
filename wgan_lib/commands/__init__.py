"""The command line, `python -m wgan_lib …`; lessons 00, 02, 07, 08 and 12 name its commands.

`actions` holds what each command does, but for `training_run`, which trains. `run_folder` keeps
what a training run leaves behind, `terminal` speaks to the person before it, `doctor` examines a
machine, `examination` somebody's code, `distance` measures two samples that `point_files` reads,
and `sheets` draws samples.
"""
