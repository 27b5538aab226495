"""What is asked of us, in one place: against the best peer of the same run, and against ourselves at other shapes.

`short_of` says which marks a row of the table misses.
"""

import dataclasses

SHORT = [(65536, 128), (65536, 64), (262144, 32), (65536, 256), (16384, 1000)]
NARROW = [(1048576, 10), (1048576, 2), (262144, 17)]
ROWS = [(65536, 128), (1048576, 10)]
WRITTEN = [(65536, 128), (8192, 1024), (256, 131072), (1048576, 10)]
GRADIENTS = [(8192, 4096), (65536, 128)]
LONG = (4096, 32768)


@dataclasses.dataclass(frozen=True)
class Mark:
    """A ratio that is asked of some kinds of work at some shapes."""

    kinds: tuple
    shapes: list
    best: float = 0  # of the best of all peers
    of: dict = dataclasses.field(default_factory=dict)  # of one peer, instead of `best` for it
    beside: tuple = ()  # of our own rate at this shape ...
    share: float = 0  # ... this much
    least_classes: int = 0  # from so many classes on
    kind_beside: str = ""  # of other work at that shape


MARKS = [
    Mark(("forward-kl", "one-read"), SHORT, best=1.2, beside=LONG, share=0.6, least_classes=128),
    Mark(("forward-kl", "one-read"), NARROW, best=1.5),
    Mark(("cross-entropy", "entropy", "log-sum-exp"), ROWS, best=1.5,
         beside=(8192, 1000), share=0.7, least_classes=128),
    Mark(("log-softmax", "log-softmax-in-place", "softmax"), WRITTEN, best=1.3,
         of={"onnxruntime": 1.0}),
    Mark(("forward-kl-gradient", "reverse-kl-gradient"), GRADIENTS, best=1.5,
         beside=LONG, share=0.7, kind_beside="one-read"),
]


def short_of(work, rates, own):
    """The marks that a row misses, in words.

    `rates` are those of the row by peer, `own` ours of all rows so far by kind and shape, in bytes of input.
    """
    shape = (work.rows * work.scale, work.classes)
    found = []
    if "ours" not in rates:
        return found
    for mark in MARKS:
        if work.form != "logits" or work.kind not in mark.kinds or shape not in mark.shapes:
            continue
        for name, rate in rates.items():
            asked = mark.of.get(name, mark.best)
            if name != "ours" and rates["ours"] < asked * rate:
                found.append(f"{rates['ours'] / rate:.2f} x {name}, asked {asked:g}")
        beside = own.get((mark.kind_beside or work.kind, *mark.beside)) if mark.beside else None
        if beside and work.classes >= mark.least_classes:
            reached = own[work.kind, *shape] / beside
            if reached < mark.share:
                where = f"{mark.beside[0]} x {mark.beside[1]}"
                found.append(f"{reached:.2f} of the rate at {where}, asked {mark.share:g}")
    return found
