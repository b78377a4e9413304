"""Ten steps of torch.optim.AdamW in three settings: adamw.py FILE.

For each setting, two parameters, a matrix that is decayed and a vector that is not, and a gradient for
each step. Kept: "SETTING/start/P", "SETTING/gradient/P" (10, ...), "SETTING/after/P" (10, ...), the
parameter after each step, and both running means at the end, "SETTING/first/P", "SETTING/second/P".
"""
import sys

import torch

from cases import Cases

SETTINGS = {"rate-1e-3": (1e-3, (0.9, 0.99), 0.1), "no-decay": (1e-3, (0.9, 0.99), 0.0),
            "rate-3e-4": (3e-4, (0.9, 0.999), 0.05)}
SHAPES = {"matrix": (13, 7), "vector": (17,)}

cases = Cases()
for name, (rate, betas, decay) in SETTINGS.items():
    random = Cases.random(name)
    start = {key: torch.tensor(0.5 * random.standard_normal(shape)) for key, shape in SHAPES.items()}
    gradient = {key: torch.tensor(random.standard_normal((10, *shape))) for key, shape in SHAPES.items()}
    parameters = {key: torch.nn.Parameter(value.clone()) for key, value in start.items()}
    optimizer = torch.optim.AdamW([{"params": [parameters["matrix"]], "weight_decay": decay},
                                   {"params": [parameters["vector"]], "weight_decay": 0.0}],
                                  lr=rate, betas=betas, eps=1e-8)
    after = {key: [] for key in SHAPES}
    for step in range(10):
        for key, parameter in parameters.items():
            parameter.grad = gradient[key][step].clone()
        optimizer.step()
        for key, parameter in parameters.items():
            after[key].append(parameter.detach().clone())
    for key, parameter in parameters.items():
        cases.keep(f"{name}/start/{key}", start[key])
        cases.keep(f"{name}/gradient/{key}", gradient[key])
        cases.keep(f"{name}/after/{key}", torch.stack(after[key]))
        cases.keep(f"{name}/first/{key}", optimizer.state[parameter]["exp_avg"])
        cases.keep(f"{name}/second/{key}", optimizer.state[parameter]["exp_avg_sq"])
cases.write(sys.argv[1])
