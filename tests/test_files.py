"""torch.save and torch.load: what goes in comes out, and no file runs code."""

import io
import pickle
import zipfile

import numpy as np
import pytest

import tinygrad_lessons as torch

DEVICES = [str(device) for device in torch.devices.available()]


def again(obj, **options):
    file = io.BytesIO()
    torch.save(obj, file)
    file.seek(0)
    return torch.load(file, **options)


@pytest.mark.parametrize("device", DEVICES)
def test_a_model_and_its_optimizer_come_back(device, tmp_path):
    def made():
        model = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.ReLU()).to(device)
        return model, torch.optim.Adam(model.parameters(), lr=0.1)

    model, optimizer = made()
    model(torch.ones(4, 3, device=device)).sum().backward()
    optimizer.step()
    path = tmp_path / "model.pt"
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, path)
    found = torch.load(path, weights_only=True)
    other, its = made()
    other.load_state_dict(found["model"])
    its.load_state_dict(found["optimizer"])
    for a, b in zip(model.parameters(), other.parameters(), strict=True):
        assert a.device is b.device and torch.equal(a, b)
    assert list(found["model"]) == list(model.state_dict())


@pytest.mark.parametrize("kind", ["float16", "float64", "int8", "uint8", "int64", "bool"])
def test_numbers_of_every_kind_come_back(kind):
    for shape in ((), (0,), (2, 3), (1, 0, 2)):
        x = (
            torch.ones(shape, dtype=getattr(torch, kind)).T
            if len(shape) == 2
            else torch.ones(shape)
        )
        found = again(x)
        assert found.dtype is x.dtype and found.shape == x.shape and torch.equal(found, x)


def test_containers_come_back_as_they_were():
    obj = {1: [torch.ones(2), (0.9, None)], "a": {"b": "text", "c": True, "d": float("inf")}}
    found = again(obj)
    assert found[1][0].tolist() == [1, 1] and found[1][1] == (0.9, None) and found["a"] == obj["a"]
    assert again(torch.ones(2, requires_grad=True)).requires_grad


def test_tensors_come_to_the_device_that_is_asked_for():
    assert again(torch.ones(2, device="sim")).device.type == "sim"
    assert again([torch.ones(2, device="sim")], map_location="cpu")[0].device.type == "cpu"


def test_what_is_no_tensor_and_no_number_is_refused_before_the_file_is_touched(tmp_path):
    path = tmp_path / "model.pt"
    torch.save(torch.ones(1), path)
    with pytest.raises(TypeError, match=r"a Linear can't be saved.*\n.*model.state_dict\(\)"):
        torch.save({"model": torch.nn.Linear(1, 1)}, path)
    assert torch.load(path).tolist() == [1]


class Bomb:
    def __reduce__(self):
        return pytest.fail, ("code from a file ran",)


def files():
    yield pickle.dumps(Bomb())
    yield b"nothing"
    with_pickle = io.BytesIO()
    with zipfile.ZipFile(with_pickle, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Bomb()))
    yield with_pickle.getvalue()


@pytest.mark.parametrize("content", list(files()))
def test_a_file_of_others_is_refused_and_runs_nothing(content):
    with pytest.raises(RuntimeError, match="not written by tinygrad_lessons.save"):
        torch.load(io.BytesIO(content), weights_only=False)


def test_an_array_of_objects_in_a_file_is_refused():
    file, part = io.BytesIO(), io.BytesIO()
    np.save(part, np.array([Bomb()], object), allow_pickle=True)
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("contents.json", '{"tensor": 0, "device": "cpu", "grad": false}')
        archive.writestr("0.npy", part.getvalue())
    file.seek(0)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        torch.load(file)
