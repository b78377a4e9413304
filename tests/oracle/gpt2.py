"""GPT-2 of torch.nn's modules, and how its parameters map to Hugging Face's names.

A model folder, theirs or ours, is config.json and model.safetensors. Linear layers are stored there as
"Conv1D", weights (in, out); PyTorch's are (out, in). `pairs` is the one place that knows both.
"""
import json
import os

import torch
import torch.nn.functional as F
from torch import nn

import safetensors


class Block(nn.Module):
    def __init__(self, width, heads, approximate, bias, epsilon):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width, eps=epsilon)
        self.attention = nn.MultiheadAttention(width, heads, bias=bias, batch_first=True)
        self.ln_2 = nn.LayerNorm(width, eps=epsilon)
        self.up = nn.Linear(width, 4 * width, bias=bias)
        self.gelu = nn.GELU(approximate=approximate)
        self.down = nn.Linear(4 * width, width, bias=bias)

    def forward(self, x, later):
        y = self.ln_1(x)
        x = x + self.attention(y, y, y, attn_mask=later, need_weights=False)[0]
        return x + self.down(self.gelu(self.up(self.ln_2(x))))


class GPT2(nn.Module):
    def __init__(self, config):
        super().__init__()
        width, bias = config["n_embd"], config.get("bias", True)
        approximate = {"gelu_new": "tanh", "gelu": "none"}[config["activation_function"]]
        epsilon = config["layer_norm_epsilon"]
        self.tied, self.bias = config.get("tie_word_embeddings", True), bias
        self.wte = nn.Embedding(config["vocab_size"], width)
        self.wpe = nn.Embedding(config["n_positions"], width)
        self.blocks = nn.ModuleList(Block(width, config["n_head"], approximate, bias, epsilon)
                                    for _ in range(config["n_layer"]))
        self.ln_f = nn.LayerNorm(width, eps=epsilon)
        self.head = nn.Linear(width, config["vocab_size"], bias=False)
        if self.tied:
            self.head.weight = self.wte.weight

    def forward(self, ids):
        length = ids.shape[1]
        later = torch.triu(torch.ones(length, length, dtype=torch.bool), 1)
        x = self.wte(ids) + self.wpe(torch.arange(length))
        for block in self.blocks:
            x = block(x, later)
        return self.head(self.ln_f(x))

    def loss(self, ids, targets):
        logits = self(ids)
        return logits, F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-1)


def pairs(model):
    """(Hugging Face's name, PyTorch's parameter, whether one is the other's transpose)."""
    yield "wte.weight", model.wte.weight, False
    yield "wpe.weight", model.wpe.weight, False
    for i, block in enumerate(model.blocks):
        attention = block.attention
        for name, weight, bias, turned in (
                ("ln_1", block.ln_1.weight, block.ln_1.bias, False),
                ("attn.c_attn", attention.in_proj_weight, attention.in_proj_bias, True),
                ("attn.c_proj", attention.out_proj.weight, attention.out_proj.bias, True),
                ("ln_2", block.ln_2.weight, block.ln_2.bias, False),
                ("mlp.c_fc", block.up.weight, block.up.bias, True),
                ("mlp.c_proj", block.down.weight, block.down.bias, True)):
            yield f"h.{i}.{name}.weight", weight, turned
            if bias is not None:
                yield f"h.{i}.{name}.bias", bias, False
    yield "ln_f.weight", model.ln_f.weight, False
    yield "ln_f.bias", model.ln_f.bias, False
    if not model.tied:
        yield "lm_head.weight", model.head.weight, False


def stored(tensor, turned):
    """A copy in the layout of the files, as numpy's array."""
    return (tensor.detach().t() if turned else tensor.detach()).contiguous().clone().numpy()


def fill(model, arrays):
    """Every parameter from the array of its name; missing and extra names are errors."""
    arrays = dict(arrays)
    with torch.no_grad():
        for name, parameter, turned in pairs(model):
            value = torch.tensor(arrays.pop(name))
            value = value.t() if turned else value
            if value.shape != parameter.shape:
                raise ValueError(f"{name}: expected {tuple(parameter.shape)}, found {tuple(value.shape)}")
            parameter.copy_(value)
    if arrays:
        raise ValueError(f"expected no more tensors, found {sorted(arrays)}")
    return model


def load(folder, dtype=None):
    """The model of a folder, in the precision of its file unless another is asked for."""
    with open(os.path.join(folder, "config.json")) as file:
        config = json.load(file)
    arrays = safetensors.read(os.path.join(folder, "model.safetensors"))
    dtype = dtype or torch.tensor(arrays["wte.weight"][:1]).dtype
    return fill(GPT2(config).to(dtype), arrays), config


def save(folder, config, arrays):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(config, file, indent=2)
    safetensors.write(os.path.join(folder, "model.safetensors"), arrays)
