"""One student's line in the summary of a run."""

from dataclasses import dataclass, field


@dataclass
class Row:
    """`score` is None where there is no grade."""

    student: str
    score: float | None = None
    max: float = 0.0
    by_hand: int = 0
    wrong: list = field(default_factory=list)
    findings: list = field(default_factory=list)
    trouble: str = ""
    new: bool = False


def row(result, new=False):
    """The Row of a Result."""
    known = [s for s in result.scores.values() if s is not None]
    return Row(
        result.student,
        round(sum(known), 4),
        sum(result.max.values()),
        len(result.scores) - len(known),
        _wrong(result),
        result.findings,
        new=new,
    )


def _wrong(result):
    """In a few words what lost points: recognised mistakes and troubles, and what is unwritten."""
    if not result.read:
        return ["could not be read"]
    seen, unwritten = {}, set()
    for v in result.verdicts:
        if not v["passed"]:
            words = v["mistake"].replace("_", " ") or v["trouble"]
            seen[v["exercise"]] = seen.get(v["exercise"]) or words
            if v["unwritten"]:
                unwritten.add(v["exercise"])
    lost = [c for c, s in result.scores.items() if s is not None and s < result.max[c]]
    lost = [c for c in lost if c.removeprefix("check-") not in seen]
    left = [e for e, words in seen.items() if e in unwritten and not words]
    wrong = [f"{e}: {words}" if words else e for e, words in seen.items() if e not in left]
    left += [c for c in lost if c in result.answers]
    others = [c for c in lost if c not in left]
    if len(left) == len(result.scores):
        return ["nothing written"]
    return wrong + ([f"not written: {', '.join(left)}"] if left else []) + others
