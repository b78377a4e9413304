"""Trains a GPT-2 in PyTorch as our trainer does: train.py FOLDER STEPS OUT [nudge].

FOLDER holds what our side wrote: the model before its first step, and batches.safetensors with "ids"
and "targets" (steps, B, T). AdamW with betas .9 and .99 and a decay of .1 for tensors of two axes and
more, clip_grad_norm_ at 1, and for 100 steps a warm-up of 10 and a cosine from 1e-3 to 1e-4, of
PyTorch's own schedulers; for a single step the rate is 1e-3. In the precision of the model's file.

OUT then holds "loss", "gradient_norm" and "rate" of each step, and for a single step the whole state
after it: "model/NAME", and AdamW's means, "first/NAME" and "second/NAME". With `nudge`, one weight
begins with its last bit changed: how far PyTorch then is from itself is what to hold a difference to.
"""
import sys

import numpy
import torch
from torch.optim import lr_scheduler

import gpt2
import safetensors

folder, steps, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
model, _ = gpt2.load(folder)
if sys.argv[4:] == ["nudge"]:
    with torch.no_grad():
        weight = model.blocks[0].up.weight
        weight[1, 2] = torch.nextafter(weight[1, 2], weight[1, 2] + 1)
batches = safetensors.read(f"{folder}/batches.safetensors")
ids, targets = (torch.tensor(batches[name]).long() for name in ("ids", "targets"))

parameters = [parameter for _, parameter, _ in gpt2.pairs(model)]
groups = [{"params": [p for p in parameters if p.dim() >= 2], "weight_decay": 0.1},
          {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0}]
optimizer = torch.optim.AdamW(groups, lr=1e-3, betas=(0.9, 0.99), eps=1e-8)
schedule = None
if steps > 1:
    schedule = lr_scheduler.SequentialLR(
        optimizer, [lr_scheduler.LinearLR(optimizer, 1 / 11, 1, 10),
                    lr_scheduler.CosineAnnealingLR(optimizer, steps - 10, 1e-4)], [10])

log = {"loss": [], "gradient_norm": [], "rate": []}
for step in range(steps):
    optimizer.zero_grad()
    _, loss = model.loss(ids[step], targets[step])
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(parameters, 1.0)
    log["rate"].append(optimizer.param_groups[0]["lr"])
    optimizer.step()
    if schedule:
        schedule.step()
    log["loss"].append(loss.item())
    log["gradient_norm"].append(norm.item())

tensors = {name: numpy.array(values) for name, values in log.items()}
if steps == 1:
    for name, parameter, turned in gpt2.pairs(model):
        state = optimizer.state[parameter]
        tensors[f"model/{name}"] = gpt2.stored(parameter, turned)
        tensors[f"first/{name}"] = gpt2.stored(state["exp_avg"], turned)
        tensors[f"second/{name}"] = gpt2.stored(state["exp_avg_sq"], turned)
safetensors.write(out, tensors)
