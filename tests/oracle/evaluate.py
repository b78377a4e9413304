"""Perplexity and LAMBADA in PyTorch, by the definitions alone, on ids that our program wrote.

    evaluate.py perplexity FOLDER IDS WIDTH CONTEXT STRIDE
    evaluate.py lambada FOLDER PASSAGES
    evaluate.py random FOLDER V CONTEXT
    evaluate.py text OUT WIKITEXT BYTES LAMBADA PASSAGES
    evaluate.py train FOLDER PASSAGES STEPS

The first two print what `evaluate perplexity` and `evaluate lambada` print, line for line: every window
and every passage goes through the model alone, in double. IDS holds ids of WIDTH bytes, PASSAGES a line
{"context": [...], "word": [...]} for each. The others make what is evaluated: a small model of random
weights; a text to learn a vocabulary from, WikiText's first BYTES and the first passages; and a model
trained on the very passages that it is judged by, so that some words come out right.
"""
import json
import math
import os
import sys

import numpy
import torch
import torch.nn.functional as F

import gpt2


def say(ids, begin, end, model):
    """For each id of [begin + 1, end), given those from begin on: -log p, and whether p is largest."""
    with torch.no_grad():
        logits = model(torch.tensor([ids[begin:end - 1]]))[0]
    target = torch.tensor(ids[begin + 1:end])
    nats = F.cross_entropy(logits, target, reduction="none")
    return nats.tolist(), (logits.argmax(1) == target).tolist()


def figure(name, value, blind):
    print(f"{name:<24} {value:<12.6g} {blind:.6g}")


def accuracy(name, right, count):
    share = right / count
    print(f"{name:<24} {share:.6f} +- {math.sqrt(share * (1 - share) / count):.6f}, {right} of {count}")


def loss(nats, scored, classes):
    print(f"{'':<24} {'model':<12} blind guess")
    figure("nats per id", nats / scored, math.log(classes))
    figure("perplexity per id", math.exp(nats / scored), classes)


def bytes_of(folder, ids):
    """How many bytes ids stand for: in the vocabulary's file each byte is written as one character."""
    for name in ("encoder.json", "vocab.json"):
        path = os.path.join(folder, name)
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                length = {id: len(token) for token, id in json.load(file).items()}
            return sum(length[id] for id in ids)


def perplexity(folder, path, width, context, stride):
    model, config = gpt2.load(folder, torch.float64)
    ids = numpy.fromfile(path, {1: "u1", 2: "<u2", 4: "<u4"}[width]).astype(int).tolist()
    nats, scored, windows, done = [], 0, 0, 1
    for begin in range(0, len(ids), stride):
        end = min(begin + context, len(ids))
        start = begin if begin < done else begin - 1
        nats += say(ids, start, end, model)[0][done - start - 1:]
        scored += end - done
        windows += 1
        done = end
        if end == len(ids):
            break
    total, classes, size = math.fsum(nats), config["vocab_size"], bytes_of(folder, ids[1:])
    print(f"scored {scored} ids, all but the first, in {windows} windows of {context}, "
          f"one every {stride}\n")
    loss(total, scored, classes)
    figure("bits per byte", total / math.log(2) / size, math.log2(classes) * scored / size)


def lambada(folder, path):
    model, config = gpt2.load(folder, torch.float64)
    room, classes = config["n_positions"], config["vocab_size"]
    nats, last, scored, words, lasts, cut = [], [], 0, 0, 0, 0
    with open(path) as file:
        passages = [json.loads(line) for line in file]
    for passage in passages:
        ids, word = passage["context"] + passage["word"], len(passage["word"])
        cut += len(ids) > room + 1
        cost, hits = say(ids[-(room + 1):], 0, min(len(ids), room + 1), model)
        nats += cost[-word:]
        last.append(cost[-1])
        words += all(hits[-word:])
        lasts += hits[-1]
        scored += word
    count = len(passages)
    print(f"scored {scored} ids of {count} last words; {cut} passages were longer than the context\n")
    total = math.fsum(nats)
    loss(total, scored, classes)
    figure("perplexity per word", math.exp(total / count), classes ** (scored / count))
    figure("perplexity of last ids", math.exp(math.fsum(last) / count), classes)
    print()
    accuracy("accuracy, whole word", words, count)
    accuracy("accuracy, last id only", lasts, count)


def random(folder, classes, context):
    config = {"model_type": "gpt2", "n_layer": 2, "n_head": 4, "n_embd": 64, "vocab_size": classes,
              "n_positions": context, "layer_norm_epsilon": 1e-5, "activation_function": "gelu_new"}
    torch.manual_seed(19)
    model = gpt2.GPT2(config)
    with torch.no_grad():
        for name, parameter, _ in gpt2.pairs(model):
            if parameter.dim() == 2:
                parameter.normal_(0, 0.1)
            elif name.endswith("bias"):
                parameter.zero_()
    save(folder, model, config)


def save(folder, model, config):
    gpt2.save(folder, config,
              {name: gpt2.stored(value, turned) for name, value, turned in gpt2.pairs(model)})


def text(out, wikitext, size, passages, count):
    with open(wikitext, "rb") as file:
        parts = [file.read(size).decode("utf-8", "ignore")]
    with open(passages, encoding="utf-8") as file:
        parts += [json.loads(line)["text"] for line, _ in zip(file, range(count))]
    with open(out, "w", encoding="utf-8") as file:
        file.write("\n".join(parts))


def train(folder, path, steps):
    """On the passages' ends as the evaluation will see them; the last word counts once more."""
    model, config = gpt2.load(folder)
    width = config["n_positions"] + 1
    with open(path) as file:
        passages = [json.loads(line) for line in file]
    rows = [(passage["context"] + passage["word"])[-width:] for passage in passages]
    rows = torch.tensor([row for row in rows if len(row) == width])
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, betas=(0.9, 0.95), weight_decay=0)
    for step in range(steps):
        window = rows[torch.randint(len(rows), (16,))]
        logits, cost = model.loss(window[:, :-1], window[:, 1:])
        last = F.cross_entropy(logits[:, -1], window[:, -1])
        for group in optimizer.param_groups:
            group["lr"] = 3e-3 * min(1, (step + 1) / 20)
        optimizer.zero_grad()
        (cost + last).backward()
        optimizer.step()
    save(folder, model, config)
    print(f"trained for {steps} steps on {len(rows)} passages: {cost.item():.2f} nats, "
          f"{last.item():.2f} of last ids")


torch.set_num_threads(1)
command, arguments = sys.argv[1], [int(a) if a.isdigit() else a for a in sys.argv[2:]]
commands = {"perplexity": perplexity, "lambada": lambada, "random": random, "text": text, "train": train}
commands[command](*arguments)
