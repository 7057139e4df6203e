"""`torch.nn`: layers, losses, and the modules that they are."""
# ruff: noqa: I001

from . import functional, init, utils
from .containers import ModuleList, Sequential
from .layers import (
    Dropout, Embedding, Flatten, Identity, LayerNorm, LazyLinear, Linear, LogSigmoid, LogSoftmax,
    ReLU, Sigmoid, Softmax, Tanh,
)  # fmt: skip
from .losses import BCELoss, BCEWithLogitsLoss, CrossEntropyLoss, L1Loss, MSELoss, NLLLoss
from .module import Module, Parameter

__all__ = [
    "BCELoss", "BCEWithLogitsLoss", "CrossEntropyLoss", "Dropout", "Embedding", "Flatten",
    "Identity", "L1Loss", "LayerNorm", "LazyLinear", "Linear", "LogSigmoid", "LogSoftmax",
    "MSELoss", "Module", "ModuleList", "NLLLoss", "Parameter", "ReLU", "Sequential", "Sigmoid",
    "Softmax", "Tanh", "functional", "init", "utils",
]  # fmt: skip
