"""datasets: the embedded digits, IDX files good and bad, downloads from a server of our own."""

import functools
import gzip
import hashlib
import http.server
import os
import struct
import threading

import numpy as np
import pytest

import tinygrad_lessons as torch
from tinygrad_lessons import datasets


def idx(array):
    head = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    return head + array.astype(np.uint8).tobytes()


IMAGES = np.arange(5 * 4 * 3).reshape(5, 4, 3)
LABELS = np.array([3, 1, 4, 1, 5])


def write_mnist(folder, part="train", pack=gzip.compress, ending=".gz"):
    for name, array in (("images-idx3", IMAGES), ("labels-idx1", LABELS)):
        (folder / f"{part}-{name}-ubyte{ending}").write_bytes(pack(idx(array)))


def test_the_embedded_digits_are_all_there():
    data = datasets.Digits(train=None)
    assert len(data) == 1797 and data.images.shape == (1797, 28, 28)
    assert data.images.dtype is torch.float32 and data.labels.dtype is torch.int64
    counts = np.bincount(data.labels.numpy())
    assert counts.tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert 0 <= data.images.numpy().min() and data.images.numpy().max() <= 1
    small = datasets.Digits(train=None, size=8).images.numpy() * 16
    np.testing.assert_array_equal(small, small.round())
    assert (
        hashlib.sha256(small.astype(np.uint8).tobytes()).hexdigest().startswith("8f26b2bd9d135c25")
    )


def test_train_and_test_parts_make_up_the_whole():
    parts = [datasets.Digits(train=flag).labels.numpy() for flag in (True, False)]
    assert [len(p) for p in parts] == [1500, 297]
    np.testing.assert_array_equal(np.concatenate(parts), datasets.Digits(train=None).labels.numpy())


def test_scaling_keeps_brightness_and_place():
    small, large = (datasets.Digits(size=s).images.numpy() for s in (8, 28))
    np.testing.assert_allclose(large.mean(axis=(1, 2)), small.mean(axis=(1, 2)), atol=0.02)
    blocks = large.reshape(-1, 4, 7, 4, 7).mean(axis=(2, 4))
    coarse = small.reshape(-1, 4, 2, 4, 2).mean(axis=(2, 4))
    assert np.corrcoef(blocks.ravel(), coarse.ravel())[0, 1] > 0.99


@pytest.mark.parametrize("pack, ending", [(gzip.compress, ".gz"), (bytes, "")])
def test_idx_files_are_read_zipped_or_not(tmp_path, pack, ending):
    write_mnist(tmp_path, "t10k", pack, ending)
    data = datasets.MNIST(tmp_path, train=False)
    np.testing.assert_allclose(data.images.numpy(), IMAGES / np.float32(255))
    assert data.labels.tolist() == LABELS.tolist()
    image, label = data[2]
    assert image.shape == (4, 3) and label.item() == 4
    assert datasets.FashionMNIST(tmp_path, train=False).classes[4] == "Coat"


@pytest.mark.parametrize(
    "content, text",
    [
        (b"", "is not an IDX file of bytes: it begins with b''"),
        (b"<html>not found</html>", "is not an IDX file of bytes: it begins with b'<htm'"),
        (idx(IMAGES)[:-1], r"promises \(5, 4, 3\), 60 bytes, and 59 follow"),
        (idx(IMAGES) + b"x", r"and 61 follow"),
        (idx(IMAGES)[:7], "is not an IDX file"),
        (gzip.compress(idx(IMAGES))[:-9], "is a damaged gzip file"),
        (b"\x1f\x8bjunk", "is a damaged gzip file"),
    ],
)
def test_files_that_are_damaged_are_named(tmp_path, content, text):
    path = tmp_path / "train-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=text) as error:
        datasets.read_idx(path)
    assert str(path) in str(error.value)


def test_images_and_labels_must_belong_together(tmp_path):
    write_mnist(tmp_path)
    (tmp_path / "train-labels-idx1-ubyte.gz").write_bytes(idx(LABELS[:-1]))
    with pytest.raises(ValueError, match="do not belong together"):
        datasets.MNIST(tmp_path)


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no train-images-idx3-ubyte or .*download=True"):
        datasets.MNIST(tmp_path)


@pytest.fixture
def mirror(tmp_path, monkeypatch):
    """A server on this machine that has the four files, and MNIST told to fetch from it."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    write_mnist(folder)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    handler.log_message = None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        sums = {f.name: hashlib.md5(f.read_bytes()).hexdigest() for f in folder.iterdir()}
        monkeypatch.setattr(datasets.MNIST, "mirrors", (f"{url}/missing/", f"{url}/"))
        monkeypatch.setattr(datasets.MNIST, "checksums", sums)
        yield folder
        server.shutdown()


def test_a_download_goes_to_the_next_mirror_shows_progress_and_is_done_once(
    tmp_path, mirror, capfd
):
    data = datasets.MNIST(tmp_path / "here", download=True)
    assert data.labels.tolist() == LABELS.tolist()
    shown = capfd.readouterr()
    assert "train-images-idx3-ubyte.gz [####" in shown.err and shown.out == ""
    for file in mirror.iterdir():
        file.unlink()
    assert len(datasets.MNIST(tmp_path / "here", download=True)) == 5


def test_a_download_that_is_not_the_published_file_leaves_nothing(tmp_path, mirror):
    (mirror / "train-images-idx3-ubyte.gz").write_bytes(gzip.compress(b"another"))
    with pytest.raises(ConnectionError, match="its checksum differs"):
        datasets.MNIST(tmp_path / "here", download=True)
    assert not (tmp_path / "here").exists()


def test_offline_the_error_says_what_works_without_network(tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.MNIST, "mirrors", ("http://127.0.0.1:1/",))
    with pytest.raises(ConnectionError, match=r"(?s)could not be downloaded.*datasets\.Digits\(\)"):
        datasets.MNIST(tmp_path, download=True)
    assert list(tmp_path.iterdir()) == []


def test_the_published_checksums_are_complete():
    for data in (datasets.MNIST, datasets.FashionMNIST):
        assert sorted(data.checksums) == [
            f"{part}-{kind}-ubyte.gz"
            for part in ("t10k", "train")
            for kind in ("images-idx3", "labels-idx1")
        ]
        assert all(m.startswith("http") and m.endswith("/") for m in data.mirrors)


def test_real_mnist_files():
    folder = os.environ.get("TINYGRAD_LESSONS_MNIST")
    if not folder:
        pytest.skip("TINYGRAD_LESSONS_MNIST names no folder with the files of MNIST")
    data = datasets.MNIST(folder, train=False)
    assert data.images.shape == (10_000, 28, 28) and data.images.numpy().max() == 1
    assert np.bincount(data.labels.numpy()).tolist() == [
        980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009,
    ]  # fmt: skip
