# One PyTorch training step of the llama architecture, one thread: the peer of llama-train in tools:bench.
# usage: torch-step.py EMBEDDING LAYERS HEADS FEED_FORWARD VOCABULARY TOKENS ROWS TARGET_SHARE STEPS; prints tokens per CPU second (median of the steps).
import math
import statistics
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

E, L, H, FF, V, T, B = (int(x) for x in sys.argv[1:8])
share, steps = float(sys.argv[8]), int(sys.argv[9])
torch.set_num_threads(1)
torch.manual_seed(0)


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(E))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * self.gain


def linear(i, o):
    return nn.Linear(i, o, bias=False)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.n1, self.n2 = Norm(), Norm()
        self.q, self.k, self.v, self.o = (linear(E, E) for _ in range(4))
        self.gate, self.up, self.down = linear(E, FF), linear(E, FF), linear(FF, E)

    def forward(self, x, mask):
        b, t, _ = x.shape
        h = self.n1(x)
        q, k, v = (f(h).view(b, t, H, E // H).transpose(1, 2) for f in (self.q, self.k, self.v))
        p = (q @ k.transpose(-1, -2) / math.sqrt(E // H) + mask).softmax(-1)
        x = x + self.o((p @ v).transpose(1, 2).reshape(b, t, E))
        h = self.n2(x)
        return x + self.down(F.silu(self.gate(h)) * self.up(h))


class Model(nn.Module):  # no positions: cheaper than ours
    def __init__(self):
        super().__init__()
        self.embedding, self.head, self.norm = nn.Embedding(V, E), linear(E, V), Norm()
        self.blocks = nn.ModuleList(Block() for _ in range(L))
        self.mask = torch.full((T, T), float("-inf")).triu(1)

    def forward(self, ids, rows):
        x = self.embedding(ids)
        for block in self.blocks:
            x = block(x, self.mask)
        return self.head(self.norm(x).reshape(-1, E)[rows])


model = Model()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
ids, labels = torch.randint(0, V, (B, T)), torch.randint(0, V, (B * T,))
targets = max(1, round(T * share))
rows = torch.arange(B * T).view(B, T)[:, -targets:].reshape(-1)
times = []
for _ in range(steps):
    start = time.process_time()
    optimizer.zero_grad()
    F.cross_entropy(model(ids, rows), labels[rows]).backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    times.append(time.process_time() - start)
print(B * T / statistics.median(times[1:]))
