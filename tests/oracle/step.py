"""One training step in PyTorch from where our trainer stopped: step.py FOLDER OUT.

FOLDER/run/latest is a checkpoint of ours after ten steps: the model, and AdamW's running means of every
parameter, which go into PyTorch's own AdamW. Then the eleventh batch: forward, backward,
clip_grad_norm_ at 1 (it must bind, or clipping would go unseen), AdamW at a rate of 1e-3. OUT holds
"loss", "gradient_norm" and "rate" of the step, and all that the step changed: "model/NAME",
"first/NAME" and "second/NAME".
"""
import sys

import numpy
import torch

import gpt2
import safetensors

TAKEN = 10
folder, out = sys.argv[1:]
checkpoint = f"{folder}/run/latest"
model, _ = gpt2.load(checkpoint)
optimizer = gpt2.adamw(model)
means = safetensors.read(f"{checkpoint}/optimizer.safetensors")
for name, parameter, turned in gpt2.pairs(model):
    first, second = (torch.tensor(means.pop(f"{name}.{kind}")) for kind in ("first", "second"))
    optimizer.state[parameter] = {"step": torch.tensor(float(TAKEN)),
                                  "exp_avg": (first.t() if turned else first).contiguous(),
                                  "exp_avg_sq": (second.t() if turned else second).contiguous()}
assert not means, sorted(means)

batches = safetensors.read(f"{folder}/batches.safetensors")
ids, targets = (torch.tensor(batches[name][TAKEN]).long() for name in ("ids", "targets"))
_, loss = model.loss(ids, targets)
loss.backward()
norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
assert norm > 1.1, f"a norm of {norm} is not clipped"
optimizer.step()

tensors = {"loss": numpy.array([loss.item()]), "gradient_norm": numpy.array([norm.item()]),
           "rate": numpy.array([optimizer.param_groups[0]["lr"]])}
for name, parameter, turned in gpt2.pairs(model):
    state = optimizer.state[parameter]
    tensors[f"model/{name}"] = gpt2.stored(parameter, turned)
    tensors[f"first/{name}"] = gpt2.stored(state["exp_avg"], turned)
    tensors[f"second/{name}"] = gpt2.stored(state["exp_avg_sq"], turned)
safetensors.write(out, tensors)
