"""What an operation costs before it computes anything: tensors of three numbers, one thread."""

import json

from side_by_side import alternate, fresh, heading, options, row, torch_or_none

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
LOOP = 200  # of the single operations, so that the clock's own cost does not count


def unrecorded_add(torch):
    a = torch.ones(3)

    def work():
        for _ in range(LOOP):
            a + a

    return work


def recorded_add(torch):
    a = torch.ones(3, requires_grad=True)

    def work():
        for _ in range(LOOP):
            a + a

    return work


def chain(torch):
    w = torch.ones(3, requires_grad=True)

    def work():
        x = w
        for _ in range(50):
            x = x * w
        x.sum().backward()
        w.grad = None

    return work


CASES = {
    unrecorded_add: ("an add that is not recorded", LOOP, None),
    recorded_add: ("an add that is recorded", LOOP, None),
    chain: ("50 recorded products and back", 1, 1.0),
}


def measure(name, turns, repeats):
    import tinygrad_lessons

    torch = torch_or_none()
    work = globals()[name]
    return alternate(work(tinygrad_lessons), work(torch) if torch else None, turns, repeats)


def main():
    given = options(__doc__)
    if given.case:
        return print(json.dumps(measure(**json.loads(given.case))))
    starts, turns, repeats = (1, 2, 40) if given.short else (3, 6, 200)
    print(heading(__doc__))
    for work, (label, loop, goal) in CASES.items():
        case = {"name": work.__name__, "turns": turns, "repeats": repeats}
        pairs = sum(fresh(__file__, case, starts, ONE_THREAD), [])
        pairs = [[a / loop, b and b / loop] for a, b in pairs]
        print(row(label, pairs, goal), flush=True)


if __name__ == "__main__":
    main()
