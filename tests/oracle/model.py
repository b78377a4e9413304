"""A whole GPT-2 at the size of the course's, but with a real vocabulary: model.py FOLDER VARIANT.

4 layers, 4 heads, width 128, context 64, 50,304 ids. Writes the model into FOLDER as Hugging Face's
files have it, in double, and beside it reference.safetensors: a fixed batch of (12,64) ids, and what
PyTorch makes of it: "logits", "loss" and "grad/NAME" for every parameter. Weights are normal of
deviation 0.02; so are biases, and gains lie about 1, for at 0 and 1 a mistake would hide.
"""
import sys

import numpy
import torch

import gpt2
import safetensors

VARIANTS = {"tanh": {}, "erf": {"activation_function": "gelu"}, "tanh-no-bias": {"bias": False},
            "erf-no-bias": {"activation_function": "gelu", "bias": False},
            "untied": {"tie_word_embeddings": False}}
folder, variant = sys.argv[1:]
config = {"model_type": "gpt2", "n_layer": 4, "n_head": 4, "n_embd": 128, "n_positions": 64,
          "vocab_size": 50304, "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new",
          "tie_word_embeddings": True, **VARIANTS[variant]}

random = numpy.random.RandomState(50304)
model = gpt2.GPT2(config).double()
arrays = {}
for name, parameter, turned in gpt2.pairs(model):
    value = 0.02 * random.standard_normal(gpt2.stored(parameter, turned).shape)
    is_gain = name.endswith("weight") and ".ln_" in f".{name}"
    arrays[name] = 1 + 5 * value if is_gain else value
gpt2.fill(model, arrays)
gpt2.save(folder, config, arrays)

stream = random.randint(0, config["vocab_size"], 12 * 65).reshape(12, 65)
stream[:, 1::7] = stream[0, 0]  # an id that repeats, in inputs and in targets
ids, targets = stream[:, :-1].copy(), stream[:, 1:].copy()
targets[3, 5:9] = -1            # and some targets that take no part
logits, loss = model.loss(torch.tensor(ids), torch.tensor(targets))
loss.backward()
reference = {"ids": ids.astype("f8"), "targets": targets.astype("f8"),
             "logits": logits.detach().numpy(), "loss": loss.detach().numpy()}
for name, parameter, turned in gpt2.pairs(model):
    reference[f"grad/{name}"] = gpt2.stored(parameter.grad, turned)
safetensors.write(f"{folder}/reference.safetensors", reference)
