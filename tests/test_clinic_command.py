"""`python -m wgan_lib examine`: somebody's file, its exit codes, and the page that explains it."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wgan_lib.__main__ import main, shape_of

COURSE = Path(__file__).resolve().parents[1]
THEIRS = '''
"""A WGAN-GP as one finds it: the norm runs over axis 1."""
import torch
from torch import nn

print("imported")


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.last = nn.Linear(48, 16), nn.Linear(16, 1)

    def forward(self, x):
        return self.last(nn.functional.leaky_relu(self.first(x.flatten(1)), 0.2))


D = Critic()
G = nn.Sequential(nn.Linear(4, 48), nn.Tanh(), nn.Unflatten(1, (3, 4, 4)))


def gradient_penalty(critic, real, fake, flat=False):
    epsilon = torch.rand(len(real), *[1] * (real.ndim - 1), device=real.device, dtype=real.dtype)
    x = (epsilon * real + (1 - epsilon) * fake).detach().requires_grad_()
    (gradient,) = torch.autograd.grad(critic(x).sum(), x, create_graph=True)
    gradient = gradient.flatten(1) if flat else gradient
    return 10 * (gradient.norm(2, dim=1) - 1).square().mean()


def critic_loss(critic, real, fake):
    return critic(fake).mean() - critic(real).mean() + gradient_penalty(critic, real, fake)


def right_loss(critic, real, fake):
    return critic(fake).mean() - critic(real).mean() + gradient_penalty(critic, real, fake, True)


def generator_loss(critic, fake):
    return -critic(fake).mean()


def train(loss=critic_loss, steps=10**9):
    for_d, for_g = (torch.optim.Adam(net.parameters(), 1e-3, betas=(0.0, 0.9)) for net in (D, G))
    for step in range(steps):
        real, fake = torch.rand(8, 3, 4, 4), G(torch.randn(8, 4)).detach()
        for_d.zero_grad()
        loss(D, real, fake).backward()
        for_d.step()
        if step % 3 == 2:
            for_g.zero_grad()
            generator_loss(D, G(torch.randn(8, 4))).backward()
            for_g.step()


def rightly(critic, generator):
    assert critic is D and generator is G
    train(right_loss)


def breaks():
    train(steps=7)
    raise RuntimeError("out of data")


def breaks_at_once():
    raise RuntimeError("no data")


def clip_step(critic, real, fake):
    optimiser = torch.optim.RMSprop(critic.parameters(), 5e-5)
    (critic(fake).mean() - critic(real).mean()).backward()
    optimiser.step()
    for p in critic.parameters():
        p.data.clamp_(-0.01, 0.01)


def asks(for_more):
    pass


def leaves():
    raise SystemExit(3)


number = 3
'''


@pytest.fixture
def theirs(tmp_path):
    path = tmp_path / "theirs.py"
    path.write_text(THEIRS, encoding="utf-8")
    return path


@pytest.fixture
def run(capsys):
    """Runs `examine` in this process: exit code, stdout, stderr."""

    def run_command(*arguments):
        try:
            code = main(["examine", *map(str, arguments)])
        except SystemExit as stop:
            code = stop.code
        return (code, *capsys.readouterr())

    return run_command


SHAPE = ("--shape", "3,4,4")


def test_a_bug_is_exit_code_1(run, theirs):
    code, out, err = run(f"{theirs}:critic_loss", *SHAPE)
    assert code == 1 and out.splitlines()[0].split()[:2] == ["BUG", "norm"]
    assert "over axis 1 alone" in out and "lesson 06, section 3" in out
    assert err == "imported\n", "what the file prints stays out of the report"


def test_clean_is_exit_code_0(run, theirs):
    pieces = ("--generator-loss", f"{theirs}:generator_loss", "--critic", f"{theirs}:Critic")
    code, out, _ = run(f"{theirs}:right_loss", *SHAPE, *pieces, "--weight", 10)
    assert code == 0 and "BUG" not in out.split("\n\n")[0]
    assert "opponents (generator_loss)" in out and "coupling (critic)" in out


def test_a_penalty_a_critic_and_a_clip(run, theirs):
    code, out, _ = run("--penalty", f"{theirs}:gradient_penalty", *SHAPE)
    assert code == 1 and "norm (gradient_penalty)" in out
    code, out, _ = run("--critic", f"{theirs}:D", *SHAPE, "--clip", 0.01)
    assert code == 0 and "after a clip at 0.01" in out
    step = ("--clip-step", f"{theirs}:clip_step", "--critic", f"{theirs}:D")
    code, out, _ = run(*step, *SHAPE, "--clip", 0.05)
    assert code == 1 and "±0.01, and you said 0.05" in out


def test_a_loop_is_watched_and_ended(run, theirs):
    code, out, _ = run("--watch", f"{theirs}:train", "--rounds", 3)
    assert code == 1 and "norm (loop): over axis 1 alone" in out
    code, out, _ = run("--watch", f"{theirs}:rightly", "--rounds", 3, "--json")
    read = json.loads(out)
    assert code == 0 and {f["verdict"] for f in read["findings"]} == {"ok"}


def test_a_loop_that_breaks_is_a_line(run, theirs):
    code, out, _ = run("--watch", f"{theirs}:breaks")
    assert code == 1 and "RuntimeError: out of data (theirs.py, line" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "must be given"),
        (("{}:critic_loss",), "--shape must be the sides of one sample"),
        (("{}:critic_loss", "--shape", "3;4"), "must be sides such as 3,64,64"),
        (("{}:critic_loss", "--shape", "0,4"), "must be sides such as 3,64,64"),
        (("{}", *SHAPE), "the loss must be FILE.py:NAME"),
        (("{}:nothing", *SHAPE), "has no nothing"),
        (("{}:number", *SHAPE), "critic_loss must be a function"),
        (("nowhere.py:loss", *SHAPE), "nowhere.py is no file"),
        (("--critic", "{}:critic_loss", *SHAPE), "failed with TypeError"),
        (("--critic", "{}:number", *SHAPE), "must be something to call"),
        (("--critic", "{}:leaves", *SHAPE), "left Python with exit code 3"),
        (("{}:critic_loss", *SHAPE, "--weight", "much"), "weight must be a finite number"),
        (("--watch", "{}:number"), "--watch must name a function"),
        (("--watch", "{}:asks"), "asks for for_more"),
        (("--watch", "{}:breaks_at_once"), "RuntimeError: no data (theirs.py, line"),
        (("--watch", "{}:train", "--rounds", "0"), "rounds must be an integer of at least 1"),
    ],
)
def test_bad_input_is_exit_code_2_and_one_line(run, theirs, words, message):
    code, out, err = run(*(word.replace("{}", str(theirs)) for word in words))
    assert (code, out) == (2, "")
    assert message in err.splitlines()[-1] and err.splitlines()[-1].startswith("wgan_lib: ")


def test_a_file_that_breaks_on_import_is_one_line(run, tmp_path):
    path = tmp_path / "broken.py"
    path.write_text("import torch\n\nx = torch.zeros(2) @ torch.zeros(3)\n")
    code, _, err = run(f"{path}:loss", *SHAPE)
    assert code == 2 and "importing broken.py failed with RuntimeError" in err
    assert "(broken.py, line 3)" in err and "Traceback" not in err


def test_a_shape():
    assert shape_of("3,64,64") == shape_of("3x64x64") == (3, 64, 64) and shape_of("2") == (2,)


def test_the_largest_shape_stays_below_a_gigabyte(theirs, environment):
    """A process of its own; the memory is that of all of it.

    On Linux a process is said to have needed what the one that started it needed before, so there
    the system is asked for the peak of its memory since it began to run Python.
    """
    resource = pytest.importorskip("resource")
    assert resource
    code = (
        "import resource, sys; from wgan_lib.__main__ import main; code = main(sys.argv[1:]); "
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss; "
        "linux = sys.platform == 'linux'; "
        "status = open('/proc/self/status').read() if linux else ''; "
        "peak = int(status.split('VmHWM:')[1].split()[0]) if linux else peak; "
        "print(peak * (1 if sys.platform == 'darwin' else 1024)); sys.exit(code)"
    )
    words = ["examine", f"{theirs}:right_loss", "--shape", "3,64,64"]
    done = subprocess.run(
        [sys.executable, "-c", code, *words], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.splitlines()[-1]) < 1e9


# ------------------------------------------------------------------ docs/examiner.md

PAGE = COURSE / "docs" / "examiner.md"


def blocks(language):
    text = PAGE.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


@pytest.fixture
def followed(tmp_path):
    """The files of the page, by the name that their first line gives."""
    for block in blocks("python"):
        name = re.match(r"# (\w+\.py)\n", block)
        if name:
            (tmp_path / name[1]).write_text(block, encoding="utf-8")
    return tmp_path


def test_the_page_shows_what_the_commands_print(followed, environment):
    """Each `$ command` with the lines below it, up to "…" where the page stops."""
    shown = 0
    for block in blocks("console"):
        command, *lines = block.splitlines()
        words = command.removeprefix("$ python ").split()
        done = subprocess.run(
            [sys.executable, *words], cwd=followed, env=environment, capture_output=True, text=True
        )
        until = lines.index("…") if "…" in lines else len(lines)
        assert done.stdout.splitlines()[:until] == lines[:until], done.stdout + done.stderr
        shown += 1
    assert shown >= 2


def test_the_pytest_example_of_the_page(followed, environment):
    (test,) = followed.glob("test_*.py")
    code = [line for line in test.read_text().splitlines()[1:] if line.strip()]
    assert len(code) <= 5
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test.name]
    done = subprocess.run(command, cwd=followed, env=environment, capture_output=True, text=True)
    assert done.returncode == 1 and "BUG  norm" in done.stdout, done.stdout


def test_the_page_mended_is_clean(followed, run):
    source = followed / "my_file.py"
    source.write_text(source.read_text().replace("dim=1)", "dim=(1, 2, 3))"))
    assert run(f"{source}:critic_loss", "--shape", "3,8,8", "--weight", 10)[0] == 0
