"""What is compared: the shapes, the data, and how each peer does the same work.

Every peer gets the way its own documentation recommends, on all processors. A function returns
the per-row values (or the matrix) as the peer makes them; turning them into NumPy is not timed.
"""

import dataclasses

import marks
import numpy as np


@dataclasses.dataclass
class Work:
    name: str
    kind: str  # what the partner calls it
    form: str
    rows: int
    classes: int
    dtype: str = "float32"
    labels: bool = False
    sides: int = 2
    written: int = 0  # matrices of the inputs' shape that are written
    scale: int = 1  # what the rows were divided by

    @property
    def bytes(self):
        return self.rows * self.classes * np.dtype(self.dtype).itemsize * (self.sides + self.written)

    def data(self):
        generator = np.random.default_rng(1)
        shape = (self.rows, self.classes)
        if self.form == "probabilities":
            sides = [generator.random(shape, dtype=self.dtype) + 1e-3 for _ in range(self.sides)]
            return [side / side.sum(axis=1, keepdims=True) for side in sides]
        target = generator.standard_normal(shape, dtype=self.dtype)
        target *= 3
        if self.labels:
            return [generator.integers(0, self.classes, self.rows), target]
        if self.sides == 1:
            return [target]
        model = generator.standard_normal(shape, dtype=self.dtype)
        model *= 0.5
        model += target
        return [target, model]


def all_works(quick):
    pairs = {"forward-kl": "forward KL", "one-read": "both KL, H, cross entropy"}
    sums = {"entropy": "entropy", "log-sum-exp": "log-sum-exp"}
    written = {
        "log-softmax": "log-softmax",
        "log-softmax-in-place": "log-softmax in place",
        "softmax": "softmax",
    }
    works = [
        Work(name, kind, "logits", *shape, sides=1, written=1)
        for shape in marks.WRITTEN
        for kind, name in written.items()
    ]
    # What others are held against comes first.
    works += [
        Work(name, kind, "logits", *shape)
        for shape in [marks.LONG, *marks.SHORT, *marks.NARROW]
        for kind, name in pairs.items()
    ]
    works += [
        work
        for shape in [(8192, 1000), (8192, 32768), (65536, 1000), *marks.ROWS]
        for work in [
            Work("cross entropy, labels", "cross-entropy", "logits", *shape, labels=True, sides=1),
            *(Work(name, kind, "logits", *shape, sides=1) for kind, name in sums.items()),
        ]
    ]
    works.append(Work("forward KL", "forward-kl", "probabilities", 4096, 4096, dtype="float64"))
    works += [
        Work(f"{side} KL gradient", f"{side}-kl-gradient", "logits", *shape, written=1)
        for shape in marks.GRADIENTS
        for side in ("forward", "reverse")
    ]
    if quick:
        for work in works:
            work.rows //= 8
            work.scale = 8
    return works


def torch_functions():
    import torch
    import torch.nn.functional as F

    def divergence(a, b):
        return F.kl_div(
            F.log_softmax(b, -1), F.log_softmax(a, -1), reduction="none", log_target=True
        ).sum(-1)

    def family(a, b):
        p, q = F.log_softmax(a, -1), F.log_softmax(b, -1)
        ep, eq = p.exp(), q.exp()
        hp, hq = -(ep * p).sum(-1), -(eq * q).sum(-1)
        cross, back = -(ep * q).sum(-1), -(eq * p).sum(-1)
        return cross - hp, back - hq, hp, hq, cross

    def entropy(a):
        p = F.log_softmax(a, -1)
        return -(p.exp() * p).sum(-1)

    def of_probabilities(p, q):
        return F.kl_div(q.log(), p, reduction="none").sum(-1)

    def gradient(forward):
        def both(a, b):
            b = b.detach().requires_grad_()
            p, q = F.log_softmax(a, -1), F.log_softmax(b, -1)
            first, second = (p, q) if forward else (q, p)
            values = F.kl_div(second, first, reduction="none", log_target=True).sum(-1)
            return values.detach(), torch.autograd.grad(values.sum(), b)[0]

        return both

    return {
        ("log-softmax", "logits"): lambda a: F.log_softmax(a, -1),
        ("log-softmax-in-place", "logits"): lambda a: torch.log_softmax(a, -1, out=a),
        ("softmax", "logits"): lambda a: F.softmax(a, -1),
        ("entropy", "logits"): entropy,
        ("log-sum-exp", "logits"): lambda a: torch.logsumexp(a, -1),
        ("forward-kl", "logits"): divergence,
        ("forward-kl", "probabilities"): of_probabilities,
        ("one-read", "logits"): family,
        ("cross-entropy", "logits"): lambda y, b: F.cross_entropy(b, y, reduction="none"),
        ("forward-kl-gradient", "logits"): gradient(True),
        ("reverse-kl-gradient", "logits"): gradient(False),
    }


def torch_eager(work, data):
    import torch

    function = torch_functions()[work.kind, work.form]
    tensors = [torch.from_numpy(side) for side in data]
    return lambda: function(*tensors)


def torch_compiled(work, data):
    import torch

    if (work.written and work.sides == 2) or work.kind == "log-softmax-in-place":
        return None  # a call of autograd inside is not compiled as a whole, nor is a result's place
    function = torch.compile(torch_functions()[work.kind, work.form], dynamic=False)
    tensors = [torch.from_numpy(side) for side in data]
    return lambda: function(*tensors)


def jax_jit(work, data):
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    log_softmax = jax.nn.log_softmax

    def divergence(a, b):
        p, q = log_softmax(a), log_softmax(b)
        return jnp.sum(jnp.exp(p) * (p - q), -1)

    def family(a, b):
        p, q = log_softmax(a), log_softmax(b)
        ep, eq = jnp.exp(p), jnp.exp(q)
        return (
            jnp.sum(ep * (p - q), -1),
            jnp.sum(eq * (q - p), -1),
            -jnp.sum(ep * p, -1),
            -jnp.sum(eq * q, -1),
            -jnp.sum(ep * q, -1),
        )

    def gradient(value):
        def both(a, b):
            values, back = jax.vjp(lambda b: value(a, b), b)
            return values, back(jnp.ones_like(values))[0]

        return both

    def entropy(a):
        p = log_softmax(a)
        return -jnp.sum(jnp.exp(p) * p, -1)

    if work.kind == "log-softmax-in-place":
        return None  # arrays are not written to
    function = {
        ("log-softmax", "logits"): log_softmax,
        ("softmax", "logits"): jax.nn.softmax,
        ("entropy", "logits"): entropy,
        ("log-sum-exp", "logits"): lambda a: jax.nn.logsumexp(a, -1),
        ("forward-kl", "logits"): divergence,
        ("forward-kl", "probabilities"): lambda p, q: jnp.sum(p * (jnp.log(p) - jnp.log(q)), -1),
        ("one-read", "logits"): family,
        ("cross-entropy", "logits"): lambda y, b: (
            jax.nn.logsumexp(b, -1) - jnp.take_along_axis(b, y[:, None], -1)[:, 0]
        ),
        ("forward-kl-gradient", "logits"): gradient(divergence),
        ("reverse-kl-gradient", "logits"): gradient(lambda a, b: divergence(b, a)),
    }[work.kind, work.form]
    compiled = jax.jit(function)
    arrays = [jnp.asarray(side) for side in data]
    return lambda: jax.block_until_ready(compiled(*arrays))


def onnxruntime_session(work, data):
    operators = {
        "log-softmax": "LogSoftmax", "log-softmax-in-place": "LogSoftmax", "softmax": "Softmax"
    }
    if work.kind not in operators:
        return None
    import onnx
    import onnxruntime

    shape = [work.rows, work.classes]
    value = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node(operators[work.kind], ["x"], ["y"], axis=-1)],
        "rows",
        [value("x", onnx.TensorProto.FLOAT, shape)],
        [value("y", onnx.TensorProto.FLOAT, shape)],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 13)])
    model.ir_version = 8
    session = onnxruntime.InferenceSession(model.SerializeToString())
    # Bound to memory that was used before, as our own runs are.
    result = data[0] if work.kind == "log-softmax-in-place" else np.ones_like(data[0])
    binding = session.io_binding()
    binding.bind_cpu_input("x", data[0])
    binding.bind_output("y", "cpu", 0, np.float32, result.shape, result.ctypes.data)

    def run():
        session.run_with_iobinding(binding)
        return result

    return run


def scipy_plain(work, data):
    from scipy import special

    def divergence(a, b):
        p, q = special.log_softmax(a, -1), special.log_softmax(b, -1)
        return (np.exp(p) * (p - q)).sum(-1)

    function = {
        ("log-softmax", "logits"): lambda a: special.log_softmax(a, -1),
        ("softmax", "logits"): lambda a: special.softmax(a, -1),
        ("log-sum-exp", "logits"): lambda a: special.logsumexp(a, -1),
        ("forward-kl", "logits"): divergence,
        ("forward-kl", "probabilities"): lambda p, q: special.rel_entr(p, q).sum(-1),
        ("cross-entropy", "logits"): lambda y, b: (
            special.logsumexp(b, -1) - b[np.arange(len(y)), y]
        ),
    }.get((work.kind, work.form))
    return function and (lambda: function(*data))


def numba_loops(bodies, fastmath):
    """Loops of numba, with sums in any order or in the one that is written."""

    def prepare(work, data):
        import numba_kernels

        body = getattr(numba_kernels, bodies).get((work.kind, work.form))
        if body is None or (bodies == "narrow" and work.classes > 32):
            return None
        function = numba_kernels.compiled(body, fastmath)
        # Into memory that was used before, as our own runs are.
        values = [np.zeros(work.rows) for _ in range(5)]
        if work.kind == "log-softmax-in-place":
            results = [data[0]]
        elif work.sides == 1 and work.written:
            results = [np.zeros_like(data[0])]
        elif work.written:
            results = [values[0], np.zeros_like(data[1])]
        else:
            results = values

        def run():
            function(*data, *results)
            return results

        return run

    return prepare


peers = {
    "torch": torch_eager,
    "torch.compile": torch_compiled,
    "jax": jax_jit,
    "numba": numba_loops("rowwise", True),
    "numba strict": numba_loops("rowwise", False),
    "numba narrow": numba_loops("narrow", True),
    "onnxruntime": onnxruntime_session,
    "scipy": scipy_plain,
}
