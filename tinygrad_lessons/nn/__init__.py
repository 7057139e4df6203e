"""`torch.nn`: layers, losses, and the modules that they are."""
# ruff: noqa: F401, I001

from . import functional, init, utils
from .layers import (
    BCEWithLogitsLoss, CrossEntropyLoss, Dropout, Flatten, L1Loss, Linear, LogSoftmax, ModuleList,
    MSELoss, NLLLoss, ReLU, Sequential, Sigmoid, Softmax, Tanh,
)  # fmt: skip
from .module import Module, Parameter
