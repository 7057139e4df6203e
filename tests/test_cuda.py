"""The GPU: against CuPy where there is one, against a stand-in for CuPy everywhere else."""

import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import test_sim

from tinygrad_lessons import cuda as door
from tinygrad_lessons import devices
from tinygrad_lessons.devices import cuda, transfer_guard

missing = sys.modules[type(cuda).__module__].missing

gpu = [
    pytest.mark.cuda,
    pytest.mark.skipif(not cuda.is_available(), reason=f"no GPU: {devices.probe('cuda')['says']}"),
]


def on_a_gpu(test):
    for mark in gpu:
        test = mark(test)
    return test


# On a GPU: the simulator's tables hold for CuPy itself.


def names():
    return test_sim.names(cuda.xp, cuda.put)


@on_a_gpu
@pytest.mark.parametrize("code", test_sim.lines(test_sim.SAME))
def test_cupy_computes_what_numpy_computes(code):
    with np.errstate(all="ignore"):
        want = eval(code, test_sim.names(np, np.copy))
    test_sim.same(eval(code, names()), want, cuda.xp)


@on_a_gpu
@pytest.mark.parametrize("code", test_sim.lines(test_sim.WRITES, test_sim.WRITES_TO_A_VIEW))
def test_cupy_writes_where_numpy_writes(code):
    host, device = test_sim.names(np, np.copy), names()
    exec(code, host)
    exec(code, device)
    test_sim.same(device["x"], host["x"], cuda.xp)


@on_a_gpu
@pytest.mark.parametrize("code, kind, text", test_sim.REFUSED)
def test_cupy_refuses_what_the_simulator_refuses(code, kind, text):
    with pytest.raises(kind) as error:
        eval(code, names())
    assert type(error.value) is kind
    assert str(error.value).startswith(text.replace("'ndarray'", "'cupy.ndarray'"))


@on_a_gpu
def test_transfers_and_memory_of_a_gpu():
    cuda.stats.reset()
    used = cuda.stats.used
    x = cuda.upload(np.ones((1000, 1000), np.float32))
    assert cuda.stats.used - used >= x.nbytes
    assert (cuda.stats.h2d, cuda.stats.h2d_bytes) == (1, 4_000_000)
    with transfer_guard("disallow_explicit"), pytest.raises(RuntimeError, match="Disallowed"):
        cuda.download(x)
    assert door.memory_allocated() == cuda.stats.used
    door.synchronize()
    assert door.get_device_name() == cuda.name()


@on_a_gpu
def test_an_upload_has_read_its_array_when_it_returns():
    host = np.zeros(10_000_000, np.float32)
    x = cuda.upload(host)
    host[:] = 1
    assert not cuda.download(x).any()


# Without a GPU: what is missing is said, and asking is safe.


class CUDARuntimeError(RuntimeError):
    pass


def stand_in(devices=1, error=None):
    """A module with as much of CuPy as the device uses, on NumPy."""

    def count():
        if error:
            raise CUDARuntimeError(error)
        return devices

    cupy = ModuleType("cupy")
    cupy.uploads, cupy.emptied, cupy.waits = [], [], []
    cupy.ndarray, cupy.__version__ = np.ndarray, "14.0.0"
    cupy.asarray = lambda a, blocking=False: cupy.uploads.append(blocking) or np.array(a)
    cupy.asnumpy = np.array
    cupy.cuda = SimpleNamespace(
        runtime=SimpleNamespace(
            getDeviceCount=count,
            getDeviceProperties=lambda index: {"name": b"NVIDIA Stand-In"},
            CUDARuntimeError=CUDARuntimeError,
        ),
        get_current_stream=lambda: SimpleNamespace(synchronize=lambda: cupy.waits.append(1)),
    )
    pool = SimpleNamespace(
        used_bytes=lambda: 512,
        total_bytes=lambda: 1024,
        free_all_blocks=lambda: cupy.emptied.append(1),
    )
    cupy.get_default_memory_pool = lambda: pool
    return cupy


@pytest.fixture
def cupy(monkeypatch):
    """Puts a stand-in in CuPy's place (None: CuPy can't be imported), and takes it out again."""

    def put(module):
        monkeypatch.setitem(sys.modules, "cupy", module)
        missing.cache_clear()
        vars(cuda).pop("xp", None)
        return module

    yield put
    monkeypatch.undo()
    missing.cache_clear()
    vars(cuda).pop("xp", None)


@pytest.mark.parametrize(
    "module, kind, sentence, remedy",
    [
        (
            None,
            AssertionError,
            "Torch not compiled with CUDA enabled",
            "pip install 'cupy-cuda12x>=14'",
        ),
        (
            stand_in(error="cudaErrorInsufficientDriver: CUDA driver version is insufficient"),
            RuntimeError,
            "Found no NVIDIA driver on your system.",
            "cudaErrorInsufficientDriver: CUDA driver version is insufficient\n"
            "  Install NVIDIA's driver",
        ),
        (
            stand_in(error="cudaErrorNoDevice: no CUDA-capable device is detected"),
            RuntimeError,
            "No CUDA GPUs are available",
            "nvidia-smi lists the GPUs",
        ),
        (stand_in(devices=0), RuntimeError, "No CUDA GPUs are available", "nvidia-smi lists"),
    ],
    ids=["no CuPy", "no driver", "no GPU", "none of them"],
)
def test_what_is_missing_is_said_in_torchs_words(cupy, module, kind, sentence, remedy):
    cupy(module)
    assert not door.is_available() and door.device_count() == 0
    assert cuda not in devices.available()
    for use in (
        lambda: cuda.xp,
        lambda: cuda.upload(np.ones(2)),
        door.current_device,
        door.get_device_name,
        door.synchronize,
    ):
        with pytest.raises(kind) as error:
            use()
        assert type(error.value) is kind
        assert str(error.value).startswith(f"{sentence}\n  ") and remedy in str(error.value)
    assert devices.probe("cuda") == {"device": "cuda:0", "works": False, "says": str(error.value)}


def test_asking_about_memory_is_safe_without_a_gpu(cupy):
    cupy(None)
    assert door.memory_allocated() == door.max_memory_allocated() == 0
    door.empty_cache()
    door.reset_peak_memory_stats()


def test_the_device_uses_cupy_as_it_should(cupy):
    module = cupy(stand_in())
    assert cuda.xp is module and cuda in devices.available()
    cuda.stats.reset()
    x = cuda.upload(np.ones(3, np.float32))
    assert module.uploads == [True]  # blocking
    assert cuda.download(x).tolist() == [1, 1, 1]
    assert (cuda.stats.h2d_bytes, cuda.stats.d2h_bytes) == (12, 12)
    assert (door.memory_allocated(), door.max_memory_allocated()) == (512, 1024)
    door.synchronize()
    door.empty_cache()
    assert (module.waits, module.emptied) == ([1], [1])
    assert (door.current_device(), door.device_count()) == (0, 1)
    assert door.get_device_name() == "NVIDIA Stand-In"


@pytest.mark.parametrize("setting, said", [(None, "off"), ("1", "on"), ("0", "off")])
def test_probe_names_the_gpu_and_says_whether_tf32_is_on(cupy, monkeypatch, setting, said):
    monkeypatch.delenv("CUPY_TF32", raising=False)
    if setting:
        monkeypatch.setenv("CUPY_TF32", setting)
    cupy(stand_in())
    assert devices.probe("cuda")["says"] == (
        f"NVIDIA Stand-In, cupy 14.0.0, TF32 {said}: a product of two matrices is right"
    )
