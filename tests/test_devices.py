"""Where a run lives, on machines that this one is not."""

import pytest
import torch
import torch.distributed as dist

from wgan_lib.ground import devices
from wgan_lib.ground.devices import (
    autocast,
    choose_device,
    own_share,
    random_source,
)


@pytest.fixture
def machine(monkeypatch):
    """A machine with so many CUDA devices, with MPS or not; under torchrun if it has a rank."""

    def build(cuda=0, mps=False, rank=None):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
        monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
        monkeypatch.setattr(dist, "is_torchelastic_launched", lambda: rank is not None)
        monkeypatch.setenv("LOCAL_RANK", str(rank))

    return build


@pytest.mark.parametrize(
    ("cuda", "mps", "best"),
    [(0, False, "cpu"), (0, True, "mps"), (1, False, "cuda"), (2, True, "cuda")],
)
def test_auto_takes_the_fastest_that_is_there(machine, cuda, mps, best):
    machine(cuda, mps)
    assert choose_device("auto") == choose_device() == torch.device(best)


def test_a_device_is_taken_by_its_name(machine):
    machine(cuda=2, mps=True)
    assert choose_device("cpu") == choose_device(torch.device("cpu")) == torch.device("cpu")
    assert choose_device("cuda:1") == torch.device("cuda:1")
    assert choose_device("mps") == torch.device("mps")


def test_each_process_takes_its_own_cuda_device(machine):
    machine(cuda=2, rank=1)
    assert choose_device("auto") == choose_device("cuda") == torch.device("cuda:1")
    assert choose_device("cuda:0") == torch.device("cuda:0")
    assert choose_device("cpu") == torch.device("cpu")


@pytest.mark.parametrize("name", ["cuda", "cuda:0", "cuda:3", "mps"])
def test_an_absent_device_is_refused(machine, name):
    machine()
    with pytest.raises(ValueError, match=f"{name} was asked for, but"):
        choose_device(name)


def test_more_processes_than_cuda_devices_are_refused(machine):
    machine(cuda=1, rank=1)
    with pytest.raises(ValueError, match=r"cuda:1 was asked for, but torch finds 1"):
        choose_device("auto")


@pytest.mark.parametrize("name", ["gpu", "", "cuda:x", None])
def test_what_is_no_device_is_refused(machine, name):
    machine()
    with pytest.raises(ValueError, match="device must be auto, cpu, cuda"):
        choose_device(name)


@pytest.mark.parametrize("count", [1, 2, 4])
def test_shares_of_a_batch_make_up_the_batch(monkeypatch, count):
    batch, shares = torch.arange(24).reshape(8, 3), []
    monkeypatch.setattr(dist, "is_initialized", lambda: True)
    monkeypatch.setattr(dist, "get_world_size", lambda: count)
    for rank in range(count):
        monkeypatch.setattr(dist, "get_rank", lambda rank=rank: rank)
        shares.append(own_share(batch))
        assert devices.process_count() == count
        assert devices.is_main_process() == (rank == 0)
    assert all(len(share) == 8 // count for share in shares)
    assert torch.equal(torch.cat(shares), batch)


def test_a_process_on_its_own_keeps_all():
    batch = torch.ones(3)
    assert own_share(batch) is batch
    assert devices.process_count() == 1 and devices.is_main_process()
    assert torch.equal(devices.average_over_processes(batch), torch.ones(3))


def test_products_are_in_bfloat16_if_asked_and_only_inside():
    layer, x, cpu = torch.nn.Linear(2, 2), torch.ones(1, 2), torch.device("cpu")
    with autocast(cpu, "bf16"):
        assert layer(x).dtype == torch.bfloat16
    with autocast(cpu, "float32"):
        assert layer(x).dtype == torch.float32
    assert layer(x).dtype == torch.float32


def test_a_random_source_follows_its_seed():
    cpu = torch.device("cpu")
    one, same, other = (torch.rand(3, generator=random_source(cpu, s)) for s in (1, 1, 2))
    assert torch.equal(one, same) and not torch.equal(one, other)
    assert random_source(torch.device("meta"), 0).device.type == "cpu"


@pytest.mark.parametrize("name", ["xpu", "vulkan", "gpu", "", 3.5])
def test_devices_that_the_loop_does_not_know_are_refused_by_name(name):
    with pytest.raises(ValueError, match="device must be auto, cpu, cuda"):
        choose_device(name)
