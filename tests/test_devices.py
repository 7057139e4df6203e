"""Devices: one object each, found by name, with two counted bridges to the host."""

import copy
import logging
import pickle
import threading
from types import SimpleNamespace

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons import devices
from tinygrad_lessons.devices import _blas, cpu, cuda, sim, transfer_guard


def on(device):
    return SimpleNamespace(device=devices.device(device))


@pytest.mark.parametrize(
    "name, device",
    [("cpu", cpu), ("cpu:0", cpu), ("sim", sim), ("sim:0", sim), ("cuda", cuda), ("cuda:0", cuda)],
)
def test_a_name_gives_the_one_object_of_the_device(name, device):
    assert devices.device(name) is device
    assert devices.device(device) is device
    assert devices.device(*name.split(":")) is device
    assert isinstance(device, devices.device)


def test_type_and_index_may_be_given_by_name():
    assert devices.device(type="cuda", index=0) is cuda


@pytest.mark.parametrize(
    "device, text, shown",
    [
        (cpu, "cpu", "device(type='cpu')"),
        (cuda, "cuda:0", "device(type='cuda')"),
        (sim, "sim", "device(type='sim')"),
    ],
)
def test_devices_print_as_torch_prints_them(device, text, shown):
    assert (str(device), repr(device)) == (text, shown)


@pytest.mark.parametrize("device", [cpu, cuda, sim], ids=str)
def test_a_copied_device_is_the_device_itself(device):
    assert copy.copy(device) is copy.deepcopy([device])[0] is device
    assert pickle.loads(pickle.dumps(device)) is device
    assert {device: 1}[devices.device(device.type)] == 1


def test_a_device_is_not_equal_to_its_name():
    assert cpu != "cpu"
    assert cpu == devices.device("cpu")
    assert cpu != sim


@pytest.mark.parametrize(
    "text, parsed",
    [
        ("cuda:0", ("cuda", 0)),
        ("cuda:12", ("cuda", 12)),
        ("cpu", ("cpu", None)),
        ("sim:3", ("sim", 3)),
    ],
)
def test_parse_reads_type_and_index(text, parsed):
    assert devices.parse(text) == parsed


KNOWN = "Expected one of cpu, cuda, sim device type at start of device string: "


@pytest.mark.parametrize(
    "text, message",
    [
        ("gpu", KNOWN + "gpu"),
        ("CPU", KNOWN + "CPU"),
        ("", KNOWN),
        ("cuda:", "Invalid device string: 'cuda:'"),
        ("cuda:x", "Invalid device string: 'cuda:x'"),
        ("cuda:-1", "Invalid device string: 'cuda:-1'"),
        ("cuda:0:0", "Invalid device string: 'cuda:0:0'"),
        ("cuda:\u0663", "Invalid device string: 'cuda:\u0663'"),
    ],
)
def test_parse_refuses_what_names_no_device(text, message):
    with pytest.raises(RuntimeError) as error:
        devices.parse(text)
    assert str(error.value) == message


@pytest.mark.parametrize(
    "text, message",
    [
        ("cud", KNOWN + "cud\n  Did you mean 'cuda'?"),
        ("sym:0", KNOWN + "sym:0\n  Did you mean 'sim'?"),
        ("tpu9000", KNOWN + "tpu9000"),
        ("cuda:x", "Invalid device string: 'cuda:x'"),
        (
            "cuda:1",
            "CUDA error: invalid device ordinal\n  'cuda:1': there is one cuda device, 'cuda:0'.",
        ),
    ],
)
def test_a_wrong_name_is_told_what_mends_it(text, message):
    with pytest.raises(RuntimeError) as error:
        devices.device(text)
    assert str(error.value) == message


def test_a_device_is_named_by_text():
    with pytest.raises(TypeError, match=r"device\(\): argument 'type' must be str, not float"):
        devices.device(1.5)


def test_known_names_need_no_parse(monkeypatch):
    """In the editions of the first lessons `parse` is still to be written."""

    def stub(text):
        raise NotImplementedError("parse-device is yours to write: lesson 02_devices, exercise 1")

    monkeypatch.setattr(devices, "parse", stub)
    assert devices.device("cuda:0") is cuda
    with pytest.raises(NotImplementedError, match="yours to write"):
        devices.device("cud")


def test_common_is_the_one_device():
    assert devices.common(on("sim"), on("sim:0"), on("sim")) is sim


@pytest.mark.parametrize("first, second", [("cuda", "cpu"), ("cpu", "cuda"), ("sim", "cpu")])
def test_common_names_both_devices_where_there_are_two(first, second):
    with pytest.raises(RuntimeError) as error:
        devices.common(on(first), on(first), on(second))
    a, b = devices.device(first), devices.device(second)
    assert str(error.value) == (
        "Expected all tensors to be on the same device, but found at least two devices, "
        f"{a} and {b}!\n  Move one of them: x.to('{a}')"
    )


def test_three_devices_have_names():
    assert devices.names == ["cpu", "cuda", "sim"]
    assert {cpu, sim} <= set(devices.available())


def test_a_second_device_of_a_name_does_not_take_its_place():
    type("Free", (devices.Device,), {"type": "sim", "crossing": lambda *_: None})()
    assert devices.device("sim") is sim


def test_nothing_crosses_on_the_cpu():
    a = np.ones(3)
    with transfer_guard("disallow_explicit"):
        assert cpu.upload(a) is a
        assert cpu.download(a) is a
    seen = cpu.peek(a)
    seen[:] = 9
    assert a.tolist() == [1, 1, 1]
    assert set(cpu.stats.total().values()) == {0}


LAYOUTS = {
    "rows": lambda x: x,
    "columns": np.asfortranarray,
    "turned": lambda x: x[::-1].copy()[::-1],
    "gaps": lambda x: np.repeat(x, 2, axis=0)[::2],
}


@pytest.mark.parametrize("dtype, off", [("f2", 1e-2), ("f4", 1e-6), ("f8", 1e-15)])
@pytest.mark.parametrize("one", LAYOUTS)
@pytest.mark.parametrize("other", LAYOUTS)
@pytest.mark.parametrize("shape", [(5, 3), (300, 401), (0, 2)])
def test_axpy_adds_a_multiple_in_place_whatever_lies_where(dtype, off, one, other, shape):
    rng = np.random.default_rng(1)
    x = LAYOUTS[one](rng.standard_normal(shape).astype(dtype))
    y = LAYOUTS[other](rng.standard_normal(shape).astype(dtype))
    want, before, memory = y.astype(np.float64) - 0.3 * x, x.copy(), y
    _blas.axpy(-0.3, x, y)
    np.testing.assert_allclose(y, want, rtol=off, atol=off)
    assert y is memory and (x == before).all()


def test_axpy_leaves_a_read_only_array_alone():
    y = np.ones(3)
    y.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        _blas.axpy(2.0, np.ones(3), y)
    assert (y == 1).all()


def test_a_device_owns_its_own_arrays_only():
    a = np.ones(3)
    assert cpu.owns(a) and not sim.owns(a)
    assert sim.owns(sim.put(a)) and not cpu.owns(sim.put(a))
    assert not cuda.owns(a)


@pytest.mark.parametrize("device", devices.available(), ids=str)
def test_an_array_comes_back_as_it_went(device):
    for a in (np.arange(6, dtype=np.float32).reshape(2, 3).T, np.array(3), np.empty((0, 2))):
        back = device.download(device.upload(a))
        assert (back.dtype, back.shape) == (a.dtype, a.shape)
        assert np.array_equal(back, a)


# Counts


def test_stats_count_bridges_and_bytes():
    sim.stats.reset()
    a = sim.upload(np.ones((2, 3), np.float32))
    sim.download(a)
    sim.download(a, implicit="print")
    stats = sim.stats
    assert (stats.h2d, stats.h2d_bytes) == (1, 24)
    assert (stats.d2h, stats.d2h_bytes, stats.implicit) == (2, 48, 1)


def test_peek_and_put_are_not_counted_and_not_guarded():
    before = sim.stats.total()
    with transfer_guard("disallow_explicit"):
        assert sim.peek(sim.put(np.ones(3))).tolist() == [1, 1, 1]
    after = sim.stats.total()
    assert {name: after[name] for name in ("h2d", "d2h", "implicit")} == {
        name: before[name] for name in ("h2d", "d2h", "implicit")
    }


def test_reset_moves_the_zero_but_not_the_total():
    sim.upload(np.ones(3))
    total = sim.stats.total()["h2d"]
    sim.stats.reset()
    assert sim.stats.h2d == 0
    assert sim.stats.total()["h2d"] == total
    sim.upload(np.ones(3))
    assert (sim.stats.h2d, sim.stats.total()["h2d"]) == (1, total + 1)


def test_counters_are_read_only():
    with pytest.raises(AttributeError, match="h2d is counted by the device and can't be set"):
        sim.stats.h2d = 0
    with pytest.raises(AttributeError, match="it has h2d, d2h"):
        sim.stats.launches  # noqa: B018
    with pytest.raises(ValueError, match="h2d only grows"):
        sim.count(h2d=-1)
    sim.stats.total()["h2d"] = 10**9
    assert sim.stats.total()["h2d"] < 10**9


def test_stats_show_every_counter():
    sim.stats.reset()
    sim.upload(np.ones(2, np.float32))
    assert repr(sim.stats).startswith("Stats(h2d=1, d2h=0, h2d_bytes=8, d2h_bytes=0, implicit=0")


# The guard: jax.transfer_guard's levels


def outcome(level, implicit):
    try:
        with transfer_guard(level):
            sim.download(sim.put(np.ones(2, np.float32)), implicit)
    except RuntimeError as error:
        return str(error)
    return "passed"


@pytest.mark.parametrize(
    "level, asked_for, unasked",
    [
        ("allow", True, True),
        ("log", True, True),
        ("disallow", True, False),
        ("disallow_explicit", False, False),
    ],
)
def test_each_level_lets_pass_what_it_says(level, asked_for, unasked):
    assert (outcome(level, "") == "passed") == asked_for
    assert (outcome(level, "print") == "passed") == unasked


def test_a_refused_transfer_says_what_and_why():
    assert outcome("disallow", "float()") == (
        "Disallowed device-to-host transfer: shape=(2,), dtype=float32, device=sim\n"
        "  float() made it. Keep the numbers on the device, or move them by .to()."
    )
    with transfer_guard("disallow_explicit"), pytest.raises(RuntimeError) as error:
        sim.upload(np.ones(3, np.int64))
    assert str(error.value) == (
        "Disallowed host-to-device transfer: shape=(3,), dtype=int64, device=sim"
    )


def test_a_refused_transfer_is_not_counted():
    before = sim.stats.total()["d2h"]
    outcome("disallow_explicit", "")
    assert sim.stats.total()["d2h"] == before


def test_log_names_the_unasked_transfers_only(caplog):
    with caplog.at_level(logging.WARNING, "tinygrad_lessons"):
        outcome("log", "")
        assert not caplog.records
        outcome("log", "print")
    assert [r.message.splitlines()[0] for r in caplog.records] == [
        "device-to-host transfer: shape=(2,), dtype=float32, device=sim"
    ]


def test_guards_nest_and_end_with_their_block():
    with transfer_guard("disallow_explicit"):
        with transfer_guard("allow"):
            sim.upload(np.ones(1))
        with pytest.raises(RuntimeError):
            sim.upload(np.ones(1))
    sim.upload(np.ones(1))


def test_a_guard_ends_with_an_exception():
    with pytest.raises(KeyError), transfer_guard("disallow_explicit"):
        raise KeyError
    sim.upload(np.ones(1))


def test_a_guard_holds_in_its_own_thread_only():
    other = []
    with transfer_guard("disallow_explicit"):
        thread = threading.Thread(target=lambda: other.append(sim.upload(np.ones(1))))
        thread.start()
        thread.join()
    assert len(other) == 1


def test_a_guard_decorates_a_function():
    @transfer_guard("disallow_explicit")
    def step():
        sim.upload(np.ones(1))

    with pytest.raises(RuntimeError, match="Disallowed"):
        step()


def test_an_unknown_level_is_refused():
    with pytest.raises(ValueError, match="must be one of allow, log, disallow, disallow_explicit"):
        transfer_guard("forbid").__enter__()


# Probe


@pytest.mark.parametrize("device", devices.available(), ids=str)
def test_probe_runs_a_kernel_on_each_device_that_is_there(device):
    found = devices.probe(device)
    assert (found["device"], found["works"]) == (str(device), True)
    assert found["says"].endswith("a product of two matrices is right")


@pytest.mark.skipif(cuda.is_available(), reason="this machine has a GPU")
def test_probe_says_how_to_get_a_missing_device():
    found = devices.probe("cuda")
    assert not found["works"]
    assert found["says"].startswith(("Torch not compiled with CUDA", "Found no", "No CUDA GPUs"))


def test_probe_tells_a_wrong_kernel(monkeypatch):
    monkeypatch.setattr(type(sim), "peek", lambda self, a: np.zeros((2, 2), np.float32))
    assert devices.probe("sim")["says"].endswith("a product of two matrices is wrong")


def test_torch_device_is_the_class():
    assert torch.device is devices.Device
