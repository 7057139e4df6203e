"""A digit of your own, made like those that the network learned from, and read by it."""

import numpy as np

import tinygrad_lessons as torch

SIZE, COARSE, FINE = 28, 8, 32  # of an image, of the grid it was enlarged from, and of the scan
WIDEST, INK = 20, 0.3  # of a digit in a scan; how much of an image is ink


def learn(epochs=4, width=64):
    """A network that has learned to read digits, and its share of right answers on new ones."""
    torch.manual_seed(0)
    data, nn = torch.utils.data, torch.nn
    train, test = (torch.datasets.Digits(train=part) for part in (True, False))
    net = nn.Sequential(
        nn.Flatten(), nn.Linear(SIZE * SIZE, width), nn.ReLU(), nn.Linear(width, 10)
    )
    loader, new = data.DataLoader(train, 50, shuffle=True), data.DataLoader(test, 100)
    optimizer = torch.optim.Adam(net.parameters(), lr=3e-3)
    history = torch.training.fit(net, loader, new, nn.functional.cross_entropy, optimizer, epochs)
    return net, history[-1][1]


def from_text(drawing):
    """Ink from a drawing of # and other signs."""
    rows = [line.replace(" ", "") for line in drawing.strip().splitlines()]
    width = max(map(len, rows))
    return np.array([[float(sign == "#") for sign in row.ljust(width, ".")] for row in rows])


def from_file(path):
    """Ink from an image: whatever is less in it, dark or light, is the ink."""
    from matplotlib.image import imread

    image = np.asarray(imread(path), float)
    image = image[..., :3].mean(axis=-1) if image.ndim == 3 else image
    image = (image - image.min()) / max(image.max() - image.min(), 1e-9)
    return 1 - image if np.median(image) > 0.5 else image


def prepare(ink):
    """Cut out, centred and sized as the training images were. (h, w) -> (28, 28), float32.

    They are scans of 32 by 32 in which the digit fills the height, counted in squares of 4 by 4,
    and enlarged.
    """
    dark = ink > 0.3
    if not dark.any():
        raise ValueError("There is no ink in this drawing.")
    rows, columns = (np.flatnonzero(dark.any(axis=axis)) for axis in (1, 0))
    part = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    width = min(WIDEST, max(4, round(FINE * part.shape[1] / part.shape[0])))
    left = (FINE - width) // 2
    scan = np.zeros((FINE, FINE))
    scan[:, left : left + width] = _resized(part, FINE, width)
    step = FINE // COARSE
    coarse = scan.reshape(COARSE, step, COARSE, step).mean(axis=(1, 3))
    coarse = np.minimum(1, coarse * min(3, INK / coarse.mean()))
    return _resized(coarse, SIZE, SIZE).astype(np.float32)


def _resized(image, height, width):
    """An image at another size: enlarged between its numbers, or made smaller by their means."""
    down, across = (_weights(old, n) for old, n in zip(image.shape, (height, width), strict=True))
    return down @ image @ across.T


def _weights(old, n):
    place, reach = (np.arange(n) + 0.5) * old / n - 0.5, max(1, old / n)
    near = np.maximum(0, reach - abs(np.clip(place, 0, old - 1)[:, None] - np.arange(old)))
    return near / near.sum(axis=1, keepdims=True)


def read(net, image):
    """(what the network reads, how sure it is of each digit, from 0 to 1)."""
    with torch.no_grad():
        sure = net(torch.tensor(image[None])).softmax(1)[0].tolist()
    return int(np.argmax(sure)), sure


def show(image, guess, sure):
    """Draw what the network sees, and how sure it is; in words where nothing can be drawn."""
    order = sorted(range(10), key=lambda i: -sure[i])
    print(f"It reads {guess}, and is {sure[guess]:.0%} sure. "
          f"Next: {order[1]}, {sure[order[1]]:.0%}.")  # fmt: skip
    try:
        from matplotlib import pyplot
    except ImportError:
        return
    figure, (left, right) = pyplot.subplots(1, 2, figsize=(6, 2.4))
    left.imshow(image, cmap="gray_r")
    left.set(title="what it sees", xticks=[], yticks=[])
    right.bar(range(10), sure)
    right.set(title="how sure it is", xticks=range(10), ylim=(0, 1))
    pyplot.show()
