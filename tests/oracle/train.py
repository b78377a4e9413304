"""Trains a GPT-2 in PyTorch for 100 steps as our trainer does: train.py FOLDER OUT [nudge].

FOLDER holds what our side wrote: the model before its first step, and batches.safetensors with "ids"
and "targets" (100,B,T). AdamW with betas .9 and .99 and a decay of .1, clip_grad_norm_ at 1, and a
warm-up of 10 steps and a cosine from 1e-3 to 1e-4, of PyTorch's own schedulers. In the precision of the
model's file. OUT then holds "loss", "gradient_norm" and "rate" of each step.

With `nudge`, one weight begins with its last bit changed: how far PyTorch then comes from itself is
what to hold a difference to.
"""
import sys

import numpy
import torch
from torch.optim import lr_scheduler

import gpt2
import safetensors

folder, out = sys.argv[1:3]
model, _ = gpt2.load(folder)
if sys.argv[3:] == ["nudge"]:
    with torch.no_grad():
        weight = model.blocks[0].up.weight
        weight[1, 2] = torch.nextafter(weight[1, 2], weight[1, 2] + 1)
batches = safetensors.read(f"{folder}/batches.safetensors")
ids, targets = (torch.tensor(batches[name]).long() for name in ("ids", "targets"))

optimizer = gpt2.adamw(model)
schedule = lr_scheduler.SequentialLR(
    optimizer, [lr_scheduler.LinearLR(optimizer, 1 / 11, 1, 10),
                lr_scheduler.CosineAnnealingLR(optimizer, len(ids) - 10, 1e-4)], [10])
log = {"loss": [], "gradient_norm": [], "rate": []}
for step in range(len(ids)):
    optimizer.zero_grad()
    _, loss = model.loss(ids[step], targets[step])
    loss.backward()
    norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    log["loss"].append(loss.item())
    log["gradient_norm"].append(norm.item())
    log["rate"].append(optimizer.param_groups[0]["lr"])
    optimizer.step()
    schedule.step()
safetensors.write(out, {name: numpy.array(values) for name, values in log.items()})
