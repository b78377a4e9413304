"""Every layer of lib/nn/nn.h as PyTorch's module of the same kind computes it: layers.py FILE.

The inputs hold the parameters in our names and layout, weights (in, out); PyTorch's modules are called
with views of them in PyTorch's layout, so the gradients come out in ours. Blocks are held to
nn.TransformerEncoderLayer, attention to nn.MultiheadAttention.
"""
import sys

import numpy
import torch
from torch import nn
from torch.nn.utils.stateless import functional_call

from cases import Cases

cases = Cases()
B, T, S, C = 3, 5, 7, 12


def attention_shapes(prefix=""):
    return {f"{prefix}c_attn.weight": (C, 3 * C), f"{prefix}c_attn.bias": (3 * C,),
            f"{prefix}c_proj.weight": (C, C), f"{prefix}c_proj.bias": (C,)}


def attention_parameters(p, prefix="", to=""):
    return {f"{to}in_proj_weight": p[f"{prefix}c_attn.weight"].t(),
            f"{to}in_proj_bias": p[f"{prefix}c_attn.bias"],
            f"{to}out_proj.weight": p[f"{prefix}c_proj.weight"].t(),
            f"{to}out_proj.bias": p[f"{prefix}c_proj.bias"]}


def call(module, parameters, *arguments, **more):
    expected = {name for name, _ in module.named_parameters()}
    assert expected == set(parameters), expected ^ set(parameters)
    return functional_call(module.double(), parameters, arguments, more)


def half(random, shape):
    return 0.5 * random.standard_normal(shape)


def simple():
    cases.add("linear", {"x": (2, 3, 5), "weight": (5, 7), "bias": (7,)},
              lambda x, weight, bias: call(nn.Linear(5, 7), {"weight": weight.t(), "bias": bias}, x))
    cases.add("linear-no-bias", {"x": (2, 3, 5), "weight": (5, 7)},
              lambda x, weight: call(nn.Linear(5, 7, bias=False), {"weight": weight.t()}, x))
    cases.add("layer-norm", {"x": (2, 3, 7), "weight": (7,), "bias": (7,)},
              lambda x, weight, bias: call(nn.LayerNorm(7, eps=1e-5),
                                           {"weight": weight, "bias": bias}, x))
    ids = numpy.array([[4, 0, 4], [10, 4, 1]])
    cases.add("embedding", {"weight": (11, 5)},
              lambda weight: call(nn.Embedding(11, 5), {"weight": weight}, torch.tensor(ids)),
              extra={"ids": ids})


def mlp(name, approximate, bias):
    net = nn.Sequential(nn.Linear(5, 20, bias=bias), nn.GELU(approximate=approximate),
                        nn.Linear(20, 5, bias=bias))
    shapes = {"x": (2, 3, 5), "c_fc.weight": (5, 20), "c_fc.bias": (20,), "c_proj.weight": (20, 5),
              "c_proj.bias": (5,)}
    if not bias:
        shapes = {key: shape for key, shape in shapes.items() if not key.endswith("bias")}

    def forward(x, **p):
        parameters = {"0.weight": p["c_fc.weight"].t(), "2.weight": p["c_proj.weight"].t()}
        if bias:
            parameters.update({"0.bias": p["c_fc.bias"], "2.bias": p["c_proj.bias"]})
        return call(net, parameters, x)
    cases.add(name, shapes, forward, draw=half)


def later(t, s):
    return torch.triu(torch.ones(t, s, dtype=torch.bool), 1)


def padding(lengths, s):
    return torch.arange(s) >= torch.tensor(lengths)[:, None]


def attention(name, heads, mask=None, lengths=None, cross=False):
    module = nn.MultiheadAttention(C, heads, batch_first=True)
    shapes = {"x": (B, T, C), **({"memory": (B, S, C)} if cross else {}), **attention_shapes()}

    def forward(x, memory=None, **p):
        memory = x if memory is None else memory
        past = None if lengths is None else padding(lengths, memory.shape[1])
        out, _ = call(module, attention_parameters(p), x, memory, memory, attn_mask=mask,
                      key_padding_mask=past, need_weights=False)
        return out
    cases.add(name, shapes, forward, draw=half,
              extra=None if lengths is None else {"lengths": numpy.array(lengths)})


NORMS = {"ln_1.weight": (C,), "ln_1.bias": (C,), "ln_2.weight": (C,), "ln_2.bias": (C,)}
MLP = {"mlp.c_fc.weight": (C, 4 * C), "mlp.c_fc.bias": (4 * C,), "mlp.c_proj.weight": (4 * C, C),
       "mlp.c_proj.bias": (C,)}


def block(name, pre_norm, approximate, lengths=None):
    module = nn.TransformerEncoderLayer(
        C, 4, 4 * C, dropout=0.0, layer_norm_eps=1e-5, batch_first=True, norm_first=pre_norm,
        activation=lambda x: nn.functional.gelu(x, approximate=approximate))

    def forward(x, **p):
        parameters = attention_parameters(p, "attn.", "self_attn.")
        for ours, theirs in (("ln_1", "norm1"), ("ln_2", "norm2")):
            parameters[f"{theirs}.weight"] = p[f"{ours}.weight"]
            parameters[f"{theirs}.bias"] = p[f"{ours}.bias"]
        for ours, theirs in (("mlp.c_fc", "linear1"), ("mlp.c_proj", "linear2")):
            parameters[f"{theirs}.weight"] = p[f"{ours}.weight"].t()
            parameters[f"{theirs}.bias"] = p[f"{ours}.bias"]
        if lengths is None:
            return call(module, parameters, x, src_mask=later(T, T))
        return call(module, parameters, x, src_key_padding_mask=padding(lengths, T))
    cases.add(name, {"x": (B, T, C), **NORMS, **attention_shapes("attn."), **MLP}, forward, draw=half,
              extra=None if lengths is None else {"lengths": numpy.array(lengths)})


simple()
mlp("mlp-tanh", "tanh", True)
mlp("mlp-erf", "none", True)
mlp("mlp-no-bias", "tanh", False)
for heads in (1, 4):
    attention(f"attention-causal-{heads}", heads, mask=later(T, T))
    attention(f"attention-plain-{heads}", heads, mask=later(T, T))
    attention(f"attention-padded-{heads}", heads, lengths=[2, 5, 1])
    attention(f"attention-padded-causal-{heads}", heads, mask=later(T, T), lengths=[2, 5, 1])
    attention(f"attention-cross-{heads}", heads, cross=True)
    attention(f"attention-cross-padded-{heads}", heads, lengths=[3, 7, 1], cross=True)
block("block-pre-norm", True, "tanh")
block("block-pre-norm-erf", True, "none")
block("block-post-norm", False, "tanh")
block("block-padded", True, "tanh", lengths=[2, 5, 1])
cases.write(sys.argv[1])
