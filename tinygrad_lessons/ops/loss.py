"""What losses are made of, where a formula of several operations would lose precision or time."""

from tinygrad_lessons.autograd import Function


class NLL(Function):
    """-log_p[i, labels[i]]. (batch, classes), (batch,) -> (batch,)"""

    name = "NllLoss"
    keeps = "own"

    def forward(self, log_p, labels):
        if self.xp.dtype(labels.dtype).kind not in "iu":
            raise RuntimeError(f"expected scalar type Long but found {labels.dtype}")
        self.shape, self.picked = log_p.shape, (self.xp.arange(len(labels)), labels)
        self.check_labels(labels)
        return -log_p[self.picked]

    def check_labels(self, labels):
        """Only on the CPU: elsewhere the look at the numbers would wait for the device."""
        classes = self.shape[1]
        if self.device.type == "cpu" and labels.size and not 0 <= labels.min() <= labels.max() < classes:
            wrong = labels[(labels < 0) | (labels >= classes)][0]
            raise IndexError(f"Target {wrong} is out of bounds.\nThere are {classes} classes.")

    def backward(self, g):
        for_log_p = self.xp.zeros(self.shape, g.dtype)
        for_log_p[self.picked] = -g
        return for_log_p, None


class LogSigmoid(Function):
    """log(1 / (1 + exp(-x))) = min(x, 0) - log(1 + exp(-|x|))"""

    keeps = "inputs"
    promotes = float

    def forward(self, x):
        xp = self.xp
        return xp.minimum(x, 0) - xp.log1p(xp.exp(-abs(x)))

    def backward(self, g):
        xp, (x,) = self.xp, self.inputs
        e = xp.exp(-abs(x))  # sigmoid(-x), by whichever form does not overflow
        return g * xp.where(x < 0, 1, e) / (1 + e)
