"""The host itself, where NumPy computes: nothing crosses, nothing is counted."""

import numpy as np

from .base import Device


class CPU(Device):
    type = "cpu"
    xp = np

    def upload(self, array, implicit=""):
        return array

    def download(self, array, implicit=""):
        return array

    def put(self, array):
        return array

    def peek(self, array):
        return array.copy()
