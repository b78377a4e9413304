"""What PyTorch makes of a folder that our trainer wrote: logits.py FOLDER OUT.

FOLDER is a checkpoint of ours, or one of any GPT-2 in Hugging Face's names. OUT holds "ids" (3,T),
drawn at random, and "logits" (3,T,V), in the precision of the folder's weights.
"""
import sys

import numpy
import torch

import gpt2
import safetensors

folder, out = sys.argv[1:]
model, config = gpt2.load(folder)
random = numpy.random.RandomState(3)
ids = random.randint(0, config["vocab_size"], (3, config["n_positions"]))
with torch.no_grad():
    logits = model(torch.tensor(ids))
safetensors.write(out, {"ids": ids.astype("f8"), "logits": logits.numpy()})
