"""PyTorch's side of make bench: step.py PRECISION NAME NUMBER..., driven over a pipe as work.c is.

Answers "ready UNITS REMARK" or "absent WHY"; then for each line N runs the work N times and answers with
the seconds that took, and for "memory" with the most bytes that the process has held. The model is that
of tests/oracle/gpt2.py, made of torch.nn's modules. The work, with numbers LAYERS HEADS WIDTH VOCABULARY
BATCH LENGTH:

  step     zero_grad, forward, cross-entropy, backward, clip_grad_norm_, AdamW
  forward  a pass without gradients, with the logits of every position
  whole    the logits of the next id after a text of LENGTH, without a cache: the head on the last position
"""
import os
import resource
import sys
import time

try:
    import torch
except ImportError:
    print("absent no PyTorch for this python3", flush=True)
    sys.exit()
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "oracle"))
sys.dont_write_bytecode = True
import gpt2  # noqa: E402


class LastPosition(torch.nn.Module):
    """A head that is asked about the last position alone."""
    def __init__(self, head):
        super().__init__()
        self.head = head

    def forward(self, x):
        return self.head(x[:, -1])


def make(layers, heads, width, vocabulary, batch, length):
    torch.manual_seed(1)
    model = gpt2.GPT2({"n_layer": layers, "n_head": heads, "n_embd": width, "vocab_size": vocabulary,
                       "n_positions": 1024 if layers == 12 else length, "layer_norm_epsilon": 1e-5,
                       "activation_function": "gelu_new"})
    with torch.no_grad():
        model.wte.weight.mul_(0.02)
    ids, targets = torch.randint(vocabulary, (2, batch, length))
    return model, ids, targets


def step_of(numbers):
    model, ids, targets = make(*numbers)
    optimizer = gpt2.adamw(model)

    def run():
        optimizer.zero_grad(set_to_none=True)
        model.loss(ids, targets)[1].backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    return run


def forward_of(numbers, last=False):
    model, ids, _ = make(*numbers)
    model.eval()
    if last:
        model.head = LastPosition(model.head)

    def run():
        with torch.no_grad():
            model(ids)
    return run


def library():
    """The BLAS that this process has loaded, as its file is called."""
    if not os.path.exists("/proc/self/maps"):
        return "BLAS unknown"
    with open("/proc/self/maps") as maps:
        files = {line.split()[-1] for line in maps if "blas" in line}
    return " ".join(sorted(os.path.basename(os.path.realpath(file)) for file in files)) or "no BLAS"


precision, name, *rest = sys.argv[1:]
torch.set_default_dtype({"float": torch.float32, "double": torch.float64}[precision])
numbers = [int(number) for number in rest]
run = {"step": step_of, "forward": forward_of, "whole": lambda n: forward_of(n, True)}[name](numbers)
print(f"ready 1 PyTorch {torch.__version__}, {library()}, threads: {torch.get_num_threads()}", flush=True)
for line in sys.stdin:
    if line.startswith("memory"):
        scale = 1 if sys.platform == "darwin" else 1024
        print(scale * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)
        continue
    began = time.perf_counter()
    for _ in range(int(line)):
        run()
    print(f"{time.perf_counter() - began:.9f}", flush=True)
