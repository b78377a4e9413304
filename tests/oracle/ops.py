"""Every operation of lib/ops/ops.h as PyTorch computes it: ops.py FILE.

Sizes are prime or pairwise different, so that a wrong transpose cannot fit; ids repeat, rows are
ignored, masked and broadcast. Where PyTorch has the operation, it is PyTorch's own; where it has none
(rotary positions, RMS norm in 1.13), it is put together in another way than ours: rotations as
products of complex numbers, attention by nn.MultiheadAttention's own function.
"""
import math
import sys

import numpy
import torch
import torch.nn.functional as F

from cases import Cases

cases = Cases()


def away_from_zero(random, shape):
    x = random.standard_normal(shape)
    return x + 0.5 * numpy.sign(x)


def positive(random, shape):
    return random.uniform(0.2, 3, shape)


def wide(random, shape):
    return 4 * random.standard_normal(shape)


def elementwise():
    cases.add("add", {"a": (2, 3, 5), "b": (2, 3, 5)}, lambda a, b: a + b)
    cases.add("add-row", {"a": (2, 3, 5), "b": (5,)}, lambda a, b: a + b)
    cases.add("sub", {"a": (3, 1, 5), "b": (2, 1)}, lambda a, b: a - b)
    cases.add("mul", {"a": (2, 3, 5), "b": (3, 1)}, lambda a, b: a * b)
    cases.add("div", {"a": (3, 5), "b": (2, 1, 5)}, lambda a, b: a / b, draw=away_from_zero)
    cases.add("scale", {"x": (3, 7)}, lambda x: x * -1.7)
    cases.add("exp", {"x": (3, 7)}, lambda x: torch.exp(x))
    cases.add("log", {"x": (3, 7)}, lambda x: torch.log(x), draw=positive)
    cases.add("tanh", {"x": (3, 7)}, lambda x: torch.tanh(x), draw=wide)
    cases.add("sigmoid", {"x": (3, 7)}, lambda x: torch.sigmoid(x), draw=wide)
    cases.add("relu", {"x": (3, 7)}, lambda x: F.relu(x))
    cases.add("gelu", {"x": (5, 11)}, lambda x: F.gelu(x), draw=wide)
    cases.add("gelu_tanh", {"x": (5, 11)}, lambda x: F.gelu(x, approximate="tanh"), draw=wide)
    cases.add("silu", {"x": (5, 11)}, lambda x: F.silu(x), draw=wide)
    kept = Cases.random("dropout mask").uniform(size=(5, 7)) >= 0.3
    cases.add("dropout", {"x": (5, 7)}, lambda x: x * torch.tensor(kept) / (1 - 0.3),
              extra={"kept": kept})


def linear_algebra():
    cases.add("matmul", {"a": (3, 5), "b": (5, 7)}, lambda a, b: a @ b)
    cases.add("matmul-flat", {"a": (2, 3, 5), "b": (5, 7)}, lambda a, b: a @ b)
    cases.add("matmul-batched", {"a": (2, 3, 5, 7), "b": (2, 3, 7, 11)}, lambda a, b: a @ b)
    cases.add("linear", {"x": (2, 3, 5), "weight": (5, 7), "bias": (7,)},
              lambda x, weight, bias: F.linear(x, weight.t(), bias))
    cases.add("linear-no-bias", {"x": (2, 3, 5), "weight": (5, 7)},
              lambda x, weight: F.linear(x, weight.t()))
    cases.add("sum", {"x": (2, 3, 5)}, lambda x: x.sum(1))
    cases.add("sum-all", {"x": (2, 3, 5)}, lambda x: x.sum())
    cases.add("mean", {"x": (2, 3, 5)}, lambda x: x.mean(0))
    cases.add("mean-all", {"x": (2, 3, 5)}, lambda x: x.mean())
    cases.add("transpose", {"x": (2, 3, 5)}, lambda x: x.transpose(-1, -2))
    cases.add("reshape", {"x": (2, 3, 5)}, lambda x: x.reshape(5, 6))
    cases.add("permute", {"x": (2, 3, 5, 7)}, lambda x: x.permute(2, 0, 3, 1))
    cases.add("slice", {"x": (3, 7, 5)}, lambda x: x[:, 2:6])
    cases.add("concat", {"a": (2, 3, 5), "b": (2, 7, 5), "c": (2, 1, 5)},
              lambda a, b, c: torch.cat([a, b, c], 1))


def losses():
    cases.add("softmax", {"x": (2, 3, 7)}, lambda x: F.softmax(x, -1), draw=wide)
    cases.add("log_softmax", {"x": (2, 3, 7)}, lambda x: F.log_softmax(x, -1), draw=wide)
    targets = numpy.array([[3, -1, 6], [0, 3, -1]])
    flat = torch.tensor(targets).flatten()
    p = F.softmax(torch.tensor(Cases.random("probabilities").standard_normal((2, 3, 7))), -1)
    cases.add("cross_entropy", {"p": p.numpy()},
              lambda p: F.nll_loss(torch.log(p).reshape(6, 7), flat, ignore_index=-1),
              extra={"targets": targets})
    cases.add("softmax_cross_entropy", {"x": (2, 3, 7)},
              lambda x: F.cross_entropy(x.reshape(6, 7), flat, ignore_index=-1),
              extra={"targets": targets}, draw=wide)


def norms_and_embeddings():
    cases.add("layer_norm", {"x": (2, 3, 7), "gain": (7,), "bias": (7,)},
              lambda x, gain, bias: F.layer_norm(x, (7,), gain, bias, 1e-5))
    cases.add("rms_norm", {"x": (2, 3, 7), "gain": (7,)},
              lambda x, gain: x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-5) * gain)
    ids = numpy.array([[4, 0, 4], [10, 4, 1]])
    cases.add("embedding", {"table": (11, 5)}, lambda table: F.embedding(torch.tensor(ids), table),
              extra={"ids": ids})
    cases.add("tied_head", {"x": (2, 3, 5), "table": (11, 5)}, lambda x, table: F.linear(x, table))
    angles = torch.outer(torch.arange(5.0, dtype=torch.float64),
                         10000 ** (-torch.arange(0, 6, 2, dtype=torch.float64) / 6))
    turn = torch.polar(torch.ones_like(angles), angles)
    cases.add("rope", {"x": (2, 3, 5, 6)},
              lambda x: torch.view_as_real(torch.view_as_complex(x.reshape(2, 3, 5, 3, 2)) * turn)
              .flatten(-2))
    angles = torch.outer(torch.arange(7.0, dtype=torch.float64),
                         torch.exp(torch.arange(0, 10, 2, dtype=torch.float64) * (-math.log(10000) / 10)))
    cases.keep("sinusoid/out", torch.stack([angles.sin(), angles.cos()], -1).flatten(-2))


def packed_attention(heads, width):
    """nn.MultiheadAttention's own function on ready queries, keys and values: its projections are
    identities, which change no bit."""
    def attend(qkv):
        q, k, v = (part.transpose(0, 1) for part in qkv.chunk(3, -1))
        eye, length = torch.eye(width, dtype=torch.float64), qkv.shape[1]
        later = torch.triu(torch.ones(length, length, dtype=torch.bool), 1)
        out, _ = F.multi_head_attention_forward(
            q, k, v, width, heads, torch.cat([eye] * 3), None, None, None, False, 0.0, eye, None,
            need_weights=False, attn_mask=later)
        return out.transpose(0, 1)
    return attend


def attention():
    cases.add("split_heads", {"x": (2, 3, 10)},
              lambda x: x.unflatten(-1, (2, 5)).transpose(1, 2))
    cases.add("merge_heads", {"x": (2, 3, 5, 7)}, lambda x: x.transpose(1, 2).flatten(-2))
    cases.add("scores", {"q": (2, 3, 5, 7), "k": (2, 3, 11, 7)},
              lambda q, k: q @ k.transpose(-1, -2) / math.sqrt(7))
    allowed = Cases.random("mask").uniform(size=(2, 5, 7)) >= 0.4
    cases.add("mask", {"x": (2, 3, 5, 7)},
              lambda x: x.masked_fill(~torch.tensor(allowed)[:, None], -math.inf),
              extra={"allowed": allowed})
    cases.add("mask-causal", {"x": (2, 5, 5)},
              lambda x: x.masked_fill(torch.triu(torch.ones(5, 5, dtype=torch.bool), 1), -math.inf))
    lengths = numpy.array([3, 7])
    past = torch.arange(7) >= torch.tensor(lengths)[:, None, None]
    later = torch.triu(torch.ones(5, 7, dtype=torch.bool), 1)
    cases.add("mask-padding", {"x": (2, 5, 7)}, lambda x: x.masked_fill(past, -math.inf),
              extra={"lengths": lengths})
    cases.add("mask-padding-causal", {"x": (2, 5, 7)},
              lambda x: x.masked_fill(past | later, -math.inf), extra={"lengths": lengths})
    cases.add("mix", {"p": (2, 3, 5, 7), "v": (2, 3, 7, 11)}, lambda p, v: p @ v)
    cases.add("attention", {"qkv": (2, 5, 36)}, packed_attention(4, 12))
    cases.add("attention-1-head", {"qkv": (3, 5, 21)}, packed_attention(1, 7))


elementwise()
linear_algebra()
losses()
norms_and_embeddings()
attention()
cases.write(sys.argv[1])
