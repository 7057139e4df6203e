"""Batches, as a type checker sees them."""

from . import data as data
