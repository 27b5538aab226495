"""Divergences of PyTorch's tensors on the CPU, with gradients by the library's kernels.

For evaluation and for distillation where there is no GPU: the value and its gradient are made in one call, without
a tensor in between, and are right where rows are nearly equal.

Examples
--------
>>> import torch, kullback.torch as kt
>>> teacher = torch.tensor([[1.0, 2.0, 3.0]])
>>> student = torch.tensor([[1.0, 2.0, 2.5]], requires_grad=True)
>>> loss = kt.forward_kl(teacher, student)
>>> loss.backward()
>>> bool(student.grad.sum().abs() < 1e-7)
True
"""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

import torch

from . import _abi
from ._arrays import Rows
from .divergences import check_choice

Reduction = Literal["none", "mean", "sum"]


def _gradient(
    measure: bytes, target: Rows, model: Rows, values: np.ndarray, dtype: torch.dtype, threads: int | None
) -> torch.Tensor:
    """Values, and the gradient with respect to the model's logits."""
    gradient = torch.empty((*model.batch, model.classes), dtype=dtype)
    element = _abi.ELEMENTS[str(dtype).removeprefix("torch.")]
    result = _abi.Result(
        _abi.RESULT_BYTES, element, gradient.data_ptr(), model.count, model.classes, model.classes
    )
    result.memory = gradient
    _abi.call(
        _abi.GRADIENT, measure, target.set(), model.set(), result, values, None, threads=threads,
        work=3 * model.count * model.row_bytes,
    )
    return gradient


class _Divergence(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any, target: torch.Tensor, model: torch.Tensor, name: str, temperature: float, threads: int | None
    ) -> torch.Tensor:
        p = Rows(target.detach(), "logits", -1, temperature, name="target")
        q = Rows(model.detach(), "logits", -1, temperature, name="model")
        dtype = torch.promote_types(target.dtype, model.dtype)
        values = np.empty(p.batch)
        of_target = of_model = None
        wants_target, wants_model = ctx.needs_input_grad[:2]
        if name == "jensen-shannon":
            _evaluate(name, p, q, values, threads)
            if wants_target or wants_model:
                mixture = Rows(_log_mixture(target, model, temperature), "log-probabilities", tolerance=1e-6)
                unused = np.empty(p.batch)
                if wants_model:
                    of_model = _gradient(b"reverse-kl", mixture, q, unused, model.dtype, threads) / 2
                if wants_target:
                    of_target = _gradient(b"reverse-kl", mixture, p, unused, target.dtype, threads) / 2
        else:
            _evaluate(name, p, q, values, threads)
            # D(p‖q) as a function of p is a reverse divergence whose model is p.
            exchanged = {"forward-kl": b"reverse-kl", "reverse-kl": b"forward-kl"}
            unused = np.empty(p.batch)
            if wants_model:
                of_model = _gradient(name.encode(), p, q, unused, model.dtype, threads)
            if wants_target and name != "cross-entropy":
                of_target = _gradient(exchanged[name], q, p, unused, target.dtype, threads)
            elif wants_target:
                of_target = _target_of_cross_entropy(target, model, values, temperature)
        ctx.save_for_backward(target, model, of_target, of_model)
        ctx.name, ctx.temperature = name, temperature
        return torch.from_numpy(values).to(dtype)

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        target, model, of_target, of_model = ctx.saved_tensors
        if torch.is_grad_enabled():
            # Derivatives of this gradient are wanted: PyTorch makes it again, of what it can derive.
            value = _reference(ctx.name, target, model, ctx.temperature)
            inputs = [side for side, is_wanted in zip((target, model), ctx.needs_input_grad) if is_wanted]
            found = iter(torch.autograd.grad(value, inputs, gradients[0], create_graph=True))
            both = [next(found) if is_wanted else None for is_wanted in ctx.needs_input_grad[:2]]
            return (*both, None, None, None)
        factor = gradients[0].unsqueeze(-1)
        return (
            None if of_target is None else of_target * factor.to(of_target.dtype),
            None if of_model is None else of_model * factor.to(of_model.dtype),
            None,
            None,
            None,
        )


def _reference(name: str, target: torch.Tensor, model: torch.Tensor, temperature: float) -> torch.Tensor:
    """The value by PyTorch's own functions."""
    a, b = (torch.log_softmax(side / temperature, -1) for side in (target, model))

    def divergence(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        return (x.exp() * (x - y)).sum(-1)

    if name == "forward-kl":
        return divergence(a, b)
    if name == "reverse-kl":
        return divergence(b, a)
    if name == "cross-entropy":
        return -(a.exp() * b).sum(-1)
    mixture = torch.logaddexp(a, b) - math.log(2)
    return (divergence(a, mixture) + divergence(b, mixture)) / 2


def _evaluate(name: str, p: Rows, q: Rows, values: np.ndarray, threads: int | None) -> None:
    rows = p.count
    _abi.call(
        _abi.EVALUATE, p.set(), q.set(), name.encode(), values, rows, rows, None, threads=threads,
        work=rows * (p.row_bytes + q.row_bytes),
    )


def _log_mixture(target: torch.Tensor, model: torch.Tensor, temperature: float) -> torch.Tensor:
    # In double: its logarithms are subtracted from others that may be nearly equal.
    both = [torch.log_softmax(side.detach().double() / temperature, -1) for side in (target, model)]
    return torch.logaddexp(*both) - math.log(2)


def _target_of_cross_entropy(
    target: torch.Tensor, model: torch.Tensor, values: np.ndarray, temperature: float
) -> torch.Tensor:
    """∂H(p,q)/∂a = p (−log q − H(p,q)) / T."""
    p = torch.softmax(target.detach() / temperature, -1)
    surprise = -torch.log_softmax(model.detach() / temperature, -1)
    mean = torch.from_numpy(values).to(target.dtype).unsqueeze(-1)
    # What has no mass adds nothing, however little the model gives it.
    terms = torch.where(p > 0, p * (surprise - mean), torch.zeros_like(p))
    return (terms / temperature).to(target.dtype)


def _checked(
    name: str, target: torch.Tensor, model: torch.Tensor, temperature: float, reduction: Reduction,
    threads: int | None,
) -> torch.Tensor:
    check_choice("reduction", reduction, ("none", "mean", "sum"))
    for side, role in ((target, "target"), (model, "model")):
        if not isinstance(side, torch.Tensor):
            raise ValueError(f"{role} is no tensor of PyTorch: kullback.{name.replace('-', '_')} takes other arrays")
        if side.device.type != "cpu":
            raise ValueError(f"{role} is on {side.device}: move it to main memory by .cpu()")
        if not side.is_floating_point():
            raise ValueError(f"{role} has elements of {side.dtype}: logits are floating-point numbers")
    if target.ndim < 1 or model.ndim < 1 or target.shape[-1] != model.shape[-1]:
        raise ValueError(
            f"target of shape {tuple(target.shape)} and model of shape {tuple(model.shape)} "
            "do not have the same classes"
        )
    # Expanding sums gradients over what was repeated, by PyTorch's own rule.
    target, model = torch.broadcast_tensors(target, model)
    values = _Divergence.apply(target, model, name, float(temperature), threads)
    return values if reduction == "none" else getattr(values, reduction)()


# The compiler of PyTorch leaves it as it is.
_divergence: Any = torch.compiler.disable(_checked)


def _of_logits(name: str, summary: str) -> Any:
    def divergence(
        target: torch.Tensor, model: torch.Tensor, *, temperature: float = 1.0, reduction: Reduction = "mean",
        threads: int | None = None,
    ) -> torch.Tensor:
        return _divergence(name, target, model, temperature, reduction, threads)

    divergence.__name__ = divergence.__qualname__ = name.replace("-", "_")
    divergence.__doc__ = f"{summary}\n{_DOC}"
    return divergence


_DOC = """
    Parameters
    ----------
    target, model
        Logits of any floating-point type on the CPU, along the last axis; their batch dimensions are broadcast.
    temperature
        Divides the logits of both. The value is not multiplied by its square.
    reduction
        "none" is a value for each row, "mean" their mean, "sum" their sum.
    threads
        At most so many (default: what this process may use).

    Notes
    -----
    Gradients are with respect to both; that of forward KL with respect to the model's logits is (q − p) / T. Of a row that
    is not valid value and gradient are NaN. Second derivatives are PyTorch's own, of its own functions.
"""

forward_kl = _of_logits("forward-kl", "D(target‖model) of each pair of rows.")
reverse_kl = _of_logits("reverse-kl", "D(model‖target) of each pair of rows.")
jensen_shannon = _of_logits("jensen-shannon", "The Jensen-Shannon divergence of each pair of rows.")
cross_entropy = _of_logits("cross-entropy", "H(target, model) of each pair of rows.")
