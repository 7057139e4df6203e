"""torch.accelerator: the accelerator of this machine, whichever it is."""

import pytest

import tinygrad_lessons as torch
from tinygrad_lessons import accelerator
from tinygrad_lessons.devices import cpu, cuda, sim

NONE = "Cannot access accelerator device when none is available."


@pytest.fixture
def machine(monkeypatch):
    """A machine with a GPU or without, where the environment names an accelerator or not."""

    def set_up(gpu=False, named=None):
        monkeypatch.setattr(type(cuda), "is_available", lambda self: gpu)
        monkeypatch.delenv("TINYGRAD_LESSONS_ACCELERATOR", raising=False)
        if named:
            monkeypatch.setenv("TINYGRAD_LESSONS_ACCELERATOR", named)

    return set_up


@pytest.mark.parametrize(
    "gpu, named, device",
    [
        (False, None, None),
        (False, "sim", sim),
        (False, "cuda", None),
        (True, None, cuda),
        (True, "sim", cuda),
    ],
)
def test_the_accelerator_is_the_gpu_else_the_one_that_the_environment_names(
    machine, gpu, named, device
):
    machine(gpu, named)
    assert accelerator.current_accelerator() is device
    assert accelerator.is_available() is (device is not None)
    assert accelerator.device_count() == int(device is not None)
    assert accelerator.pick() is (device or cpu)


@pytest.mark.parametrize(
    "name",
    "current_device_index synchronize memory_allocated max_memory_allocated empty_cache "
    "reset_peak_memory_stats".split(),
)
def test_without_an_accelerator_its_state_is_refused_in_torchs_words(machine, name):
    machine()
    with pytest.raises(RuntimeError) as error:
        getattr(accelerator, name)()
    assert str(error.value) == (
        f"{NONE}\n  TINYGRAD_LESSONS_ACCELERATOR=sim in the environment makes the simulated one "
        "yours."
    )


def test_memory_of_the_accelerator(machine):
    machine(named="sim")
    before = accelerator.memory_allocated()
    x = sim.xp.zeros(1000)
    assert accelerator.memory_allocated() - before == 8000
    del x
    assert accelerator.memory_allocated() == before
    assert accelerator.max_memory_allocated() >= before + 8000
    accelerator.reset_peak_memory_stats()
    assert accelerator.max_memory_allocated() == before
    accelerator.synchronize()
    accelerator.empty_cache()
    assert accelerator.current_device_index() == 0


def test_torch_has_both_doors():
    assert torch.accelerator is accelerator
    assert torch.cuda.is_available() is cuda.is_available()
