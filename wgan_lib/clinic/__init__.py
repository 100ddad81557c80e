"""The bug clinic: which known faults a WGAN has, asked of anybody's code without reading it.

Begin with `examiner`, whose `examine` hands each piece what it needs to give itself away. `losses`
gives a loss the critics of known slope in `probes` and takes each call apart (`calls`). `penalties`
knows the laws of a penalty and `laws` asks for them; `segments` says where a penalty looks, and
`habits` what else a loss can stumble over. `critics` questions a critic itself, `spectra` the
convolutions in it, and `clipping` a step with a clip.

`watching` has `watch`, which looks over the shoulder of a training loop that nobody had to change.
`replays` makes a known pass again, `steps` takes the gradient of each step apart into known ones,
`syncs` counts what waits for the device, `records` keeps it all, and `loops` says what it comes to.

`reports` holds the verdicts and `anchors` what right looks like, with the lesson that shows it.
`adapters` fits losses and critics of other shapes, and `strangers` runs code that is not ours: what
it raises is reported with its own line.
"""

from wgan_lib.clinic.examiner import examine
from wgan_lib.clinic.reports import Report
from wgan_lib.clinic.watching import watch

__all__ = ["Report", "examine", "watch"]
