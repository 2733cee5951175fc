# The peer of tools:bench: the same llama shapes trained by PyTorch on one thread. Prints tokens a second (median step, the first left out), and the library that computed them.
# Usage: torch-train.py 1M|20M LENGTH BATCH STEPS. Simplified: no data loading, the same random tokens at every step.
import math, sys, time
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.set_num_threads(1)
width, blocks, hidden, heads = {'1M': (128, 4, 384, 4), '20M': (512, 6, 1408, 8)}[sys.argv[1]]
length, batch, steps = map(int, sys.argv[2:5])
vocabulary = 297


class Norm(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * self.weight


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        linear = lambda a, b: nn.Linear(a, b, bias=False)
        self.norm1, self.norm2 = Norm(), Norm()
        self.qkv, self.out = linear(width, 3 * width), linear(width, width)
        self.gate_up, self.down = linear(width, 2 * hidden), linear(hidden, width)

    def forward(self, x, cos, sin, mask):
        b, t, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        rotate = lambda z: z * cos + torch.cat((-z[..., z.shape[-1] // 2:], z[..., :z.shape[-1] // 2]), -1) * sin
        weights = torch.softmax(rotate(q) @ rotate(k).transpose(-1, -2) / math.sqrt(width // heads) + mask, -1)
        x = x + self.out((weights @ v).transpose(1, 2).reshape(b, t, width))
        gate, up = self.gate_up(self.norm2(x)).chunk(2, -1)
        return x + self.down(F.silu(gate) * up)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.blocks = nn.Embedding(vocabulary, width), nn.ModuleList(Block() for _ in range(blocks))
        self.norm, self.head = Norm(), nn.Linear(width, vocabulary, bias=False)
        angle = torch.outer(torch.arange(length).float(), 10000 ** -(torch.arange(0, width // heads, 2).float() / (width // heads)))
        self.cos, self.sin = torch.cat((angle, angle), -1).cos(), torch.cat((angle, angle), -1).sin()
        self.mask = torch.full((length, length), float('-inf')).triu(1)

    def forward(self, tokens):
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, self.cos, self.sin, self.mask)
        return self.head(self.norm(x))


torch.manual_seed(1)
model = Model()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4)
tokens = torch.randint(vocabulary, (batch, length + 1))
times = []
for _ in range(steps):
    started = time.perf_counter()
    loss = F.cross_entropy(model(tokens[:, :-1]).reshape(-1, vocabulary), tokens[:, 1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    times.append(time.perf_counter() - started)
# beside the rate, which library and kernels computed it: a BLAS without kernels for this processor is no peer
try:
    from threadpoolctl import threadpool_info
    blas = ', '.join(f"{i['internal_api']} {i.get('version')} {i.get('architecture', '')}".strip() for i in threadpool_info() if i['user_api'] == 'blas')
except ImportError:
    blas = next((part for part in torch.__config__.show().replace('\n', ',').split(',') if 'BLAS_INFO' in part), 'BLAS unknown').strip()
print(batch * length / sorted(times[1:])[len(times[1:]) // 2], 'torch', torch.__version__ + ',', blas)
