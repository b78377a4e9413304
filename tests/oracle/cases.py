"""A fixture of cases: inputs, what PyTorch makes of them, and every gradient under a random upstream.

In the file, a case called NAME has "NAME/in/X" for each input, perhaps "NAME/extra/X" for ids, masks
and the like (whole numbers, as floats), "NAME/out", "NAME/upstream" and "NAME/grad/X". All in double.
Random numbers come from numpy's RandomState, whose streams never change between versions, seeded by
the case's name: a new case leaves the others as they were.
"""
import zlib

import numpy
import torch

import safetensors


class Cases:
    def __init__(self):
        self.tensors = {}

    @staticmethod
    def random(name):
        return numpy.random.RandomState(zlib.crc32(name.encode()))

    def add(self, name, shapes, function, extra=None, draw=None):
        """shapes: a dict, input to shape (drawn normal, or by draw(random, shape)) or to an array.
        function takes the inputs by name, as tensors, and returns one tensor."""
        random = self.random(name)
        draw = draw or (lambda source, shape: source.standard_normal(shape))
        inputs = {}
        for key, given in shapes.items():
            array = given if isinstance(given, numpy.ndarray) else draw(random, given)
            inputs[key] = torch.tensor(array, dtype=torch.float64, requires_grad=True)
        out = function(**inputs)
        upstream = torch.tensor(random.standard_normal(tuple(out.shape)), dtype=torch.float64)
        out.backward(upstream)
        for key, tensor in inputs.items():
            self.keep(f"{name}/in/{key}", tensor)
        for key, array in (extra or {}).items():
            self.keep(f"{name}/extra/{key}", torch.as_tensor(array))
        self.keep(f"{name}/out", out)
        self.keep(f"{name}/upstream", upstream)
        for key, tensor in inputs.items():
            self.keep(f"{name}/grad/{key}", tensor.grad)

    def keep(self, name, tensor):
        assert name not in self.tensors, name
        self.tensors[name] = tensor.detach().to(torch.float64).contiguous().numpy()

    def write(self, path):
        safetensors.write(path, self.tensors)
