"""Answers that do nothing: what they pass earns no points by itself."""

import tinygrad_lessons as torch


def _gives(value):
    return lambda *args, **options: value


def _raises(error):
    def answer(*args, **options):
        raise error("no")

    return answer


def _argument(number, make):
    """What `make` makes of an argument; where there is none, or it cannot be made, nothing."""

    def answer(*args, **options):
        given = [*args, *options.values()]
        try:
            return make(given[number]) if len(given) > number else None
        except Exception:
            return None

    return answer


VALUES = (None, 0, 1, True, False, "", "cpu", (), [], torch.float32)
MAKERS = {
    "": lambda x: x,
    "0 times ": lambda x: 0 * x,
    "the array of ": lambda x: x.array,
}
ORDINALS = ("first", "second")

ANSWERS = {
    **{f"returns {value!r}": _gives(value) for value in VALUES},
    **{f"raises {e.__name__}": _raises(e) for e in (ValueError, RuntimeError, TypeError)},
    "raises NotImplementedError": _raises(NotImplementedError),
    **{
        f"returns {words}its {ORDINALS[number]} argument": _argument(number, make)
        for words, make in MAKERS.items()
        for number in range(2)
    },
}
