"""A GPT-2 of the smallest published size, with random weights, in the files of the published one:
gpt2_124m.py FOLDER [PREFIXED].

config.json and model.safetensors in F32, Hugging Face's names, linear layers as Conv1D (in, out), and
each block's causal mask as a buffer, "h.N.attn.bias". The same model goes into a second folder if one
is named, where every name begins "transformer." and the head's weight stands once more, as
"lm_head.weight": both forms are met in the wild. Weights are drawn as GPT-2's own initial values.
Beside them, reference.safetensors: "ids" (1,64), "logits_float" (PyTorch in float) and "logits_double"
(the same weights, PyTorch in double).
"""
import sys

import numpy
import torch

import gpt2
import safetensors

folders = sys.argv[1:]
if not folders or any(folder.startswith("-") for folder in folders):
    sys.exit("gpt2_124m.py: expected FOLDER [PREFIXED], found " + repr(" ".join(folders)))
config = {"architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "n_layer": 12, "n_head": 12,
          "n_embd": 768, "vocab_size": 50257, "n_positions": 1024, "n_ctx": 1024,
          "layer_norm_epsilon": 1e-05, "activation_function": "gelu_new", "n_inner": None,
          "bos_token_id": 50256, "eos_token_id": 50256, "initializer_range": 0.02}
random = numpy.random.RandomState(124)
model = gpt2.GPT2(config)
arrays = {}
for name, parameter, turned in gpt2.pairs(model):
    shape = gpt2.stored(parameter, turned).shape
    if len(shape) == 2:
        deviation = 0.02 / (24 ** 0.5 if name.endswith("c_proj.weight") else 1)
        arrays[name] = (deviation * random.standard_normal(shape)).astype("f4")
    else:
        arrays[name] = numpy.full(shape, 1 if name.endswith("weight") else 0, "f4")
gpt2.fill(model, arrays)

published = {}
mask = numpy.tril(numpy.ones((1, 1, 1024, 1024), "f4"))
for name, array in arrays.items():
    if name.endswith("attn.c_attn.weight"):
        published[name.replace("c_attn.weight", "bias")] = mask
    published[name] = array
gpt2.save(folders[0], config, published)
if len(folders) > 1:
    prefixed = {f"transformer.{name}": array for name, array in published.items()}
    prefixed["lm_head.weight"] = arrays["wte.weight"]
    gpt2.save(folders[1], config, prefixed)

ids = random.randint(0, config["vocab_size"], (1, 64))
with torch.no_grad():
    logits_float = model(torch.tensor(ids))
    logits_double = model.double()(torch.tensor(ids))
for folder in folders:
    safetensors.write(f"{folder}/reference.safetensors",
                      {"ids": ids.astype("f8"), "logits_float": logits_float.numpy(),
                       "logits_double": logits_double.numpy()})
