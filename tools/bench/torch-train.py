"""The peer of the training benches: a llama shape of random weights trained by PyTorch, the same random tokens at every step, no data loading. Prints one line of JSON:
{"rate": tokens a second (median step, the first left out), "library", "peak_mib": on the GPU}.
Usage: torch-train.py --shape '{"embedding_length": ..}' --length N --batch N --steps N [--device cpu|cuda] [--type F32|BF16] [--rank N] [--method sft|dpo]"""
import argparse, json, math, time
import torch
import torch.nn as nn
import torch.nn.functional as F

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--shape", required=True, type=json.loads)
parser.add_argument("--vocabulary", type=int, default=297)
for name in ("length", "batch", "steps"):
    parser.add_argument(f"--{name}", required=True, type=int)
parser.add_argument("--rank", type=int, default=0)
parser.add_argument("--device", default="cpu")
parser.add_argument("--type", default="F32")
parser.add_argument("--method", default="sft")
o = parser.parse_args()
if o.device == "cpu":
    torch.set_num_threads(1)
elif not torch.cuda.is_available():
    raise SystemExit("torch finds no CUDA device")
width, blocks, hidden, heads = (o.shape[key] for key in ("embedding_length", "block_count", "feed_forward_length", "head_count"))
kv_heads, size = o.shape.get("head_count_kv", heads), o.shape.get("head_dim", width // heads)
qk_norm, fast = o.shape["architecture"] == "qwen3", hasattr(F, "scaled_dot_product_attention")


class Norm(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-5) * self.weight


class Adapted(nn.Module):
    """A frozen matrix and a LoRA adapter beside it."""

    def __init__(self, a, b):
        super().__init__()
        self.base, self.a, self.b = nn.Linear(a, b, bias=False), nn.Linear(a, o.rank, bias=False), nn.Linear(o.rank, b, bias=False)
        self.base.weight.requires_grad_(False)
        nn.init.zeros_(self.b.weight)

    def forward(self, x):
        return self.base(x) + 2 * self.b(self.a(x))


linear = (lambda a, b: Adapted(a, b)) if o.rank else (lambda a, b: nn.Linear(a, b, bias=False))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = Norm(width), Norm(width)
        self.qkv, self.out = linear(width, (heads + 2 * kv_heads) * size), linear(heads * size, width)
        self.gate_up, self.down = linear(width, 2 * hidden), linear(hidden, width)
        if qk_norm:
            self.q_norm, self.k_norm = Norm(size), Norm(size)

    def forward(self, x, cos, sin, mask):
        b, t, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, t, heads + 2 * kv_heads, size).transpose(1, 2).split((heads, kv_heads, kv_heads), 1)
        if qk_norm:
            q, k = self.q_norm(q), self.k_norm(k)
        rotate = lambda z: z * cos + torch.cat((-z[..., z.shape[-1] // 2:], z[..., :z.shape[-1] // 2]), -1) * sin
        q, k = rotate(q), rotate(k)
        if kv_heads != heads:
            k, v = k.repeat_interleave(heads // kv_heads, 1), v.repeat_interleave(heads // kv_heads, 1)
        if fast:
            y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:
            y = torch.softmax(q @ k.transpose(-1, -2) / math.sqrt(size) + mask, -1) @ v
        x = x + self.out(y.transpose(1, 2).reshape(b, t, heads * size))
        gate, up = self.gate_up(self.norm2(x)).chunk(2, -1)
        return x + self.down(F.silu(gate) * up)


class Model(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding, self.blocks = nn.Embedding(o.vocabulary, width), nn.ModuleList(Block() for _ in range(blocks))
        self.norm, self.head = Norm(width), nn.Linear(width, o.vocabulary, bias=False)
        if o.shape.get("tied_embeddings"):
            self.head.weight = self.embedding.weight
        angle = torch.outer(torch.arange(o.length).float(), o.shape.get("rope_freq_base", 1e4) ** -(torch.arange(0, size, 2).float() / size))
        for name, table in {"cos": torch.cat((angle, angle), -1).cos(), "sin": torch.cat((angle, angle), -1).sin()}.items():
            self.register_buffer(name, table)
        self.register_buffer("mask", torch.full((o.length, o.length), float("-inf")).triu(1))

    def forward(self, tokens):
        x = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, self.cos, self.sin, self.mask)
        return self.head(self.norm(x))


torch.manual_seed(1)
model = Model().to(o.device)
if o.rank:
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(".a." in name or ".b." in name)
    if o.type == "BF16":
        model = model.to(torch.bfloat16)
trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
optimizer = torch.optim.AdamW(trained, lr=1e-4)
sequences = o.batch * (2 if o.method == "dpo" else 1)
tokens = torch.randint(o.vocabulary, (sequences, o.length + 1), device=o.device)
mixed = torch.autocast(o.device, dtype=torch.bfloat16, enabled=o.type == "BF16")


def token_losses():
    with mixed:
        logits = model(tokens[:, :-1])
    return F.cross_entropy(logits.reshape(-1, o.vocabulary).float(), tokens[:, 1:].reshape(-1), reduction="none").view(sequences, o.length)


def loss_of():
    if o.method == "sft":
        return token_losses().mean()
    chosen, rejected = (-token_losses().sum(1)).chunk(2)
    return -F.logsigmoid(0.1 * ((chosen - rejected) - reference)).mean()


reference = None
if o.method == "dpo":  # the reference's log-probabilities are computed once, as ours are
    with torch.no_grad():
        chosen, rejected = (-token_losses().sum(1)).chunk(2)
        reference = chosen - rejected
times = []
for _ in range(o.steps):
    if o.device == "cuda":
        torch.cuda.synchronize()
    started = time.perf_counter()
    loss = loss_of()
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(trained, 1.0)
    optimizer.step()
    if o.device == "cuda":
        torch.cuda.synchronize()
    times.append(time.perf_counter() - started)
# beside the rate, which library and kernels computed it: a BLAS without kernels for this processor is no peer
if o.device == "cuda":
    library = f"CUDA {torch.version.cuda}, {torch.cuda.get_device_name()}"
else:
    try:
        from threadpoolctl import threadpool_info
        library = ", ".join(f"{i['internal_api']} {i.get('version')} {i.get('architecture', '')}".strip() for i in threadpool_info() if i["user_api"] == "blas")
    except ImportError:
        library = next((part for part in torch.__config__.show().replace("\n", ",").split(",") if "BLAS_INFO" in part), "BLAS unknown").strip()
peak = torch.cuda.max_memory_allocated() // 2**20 if o.device == "cuda" else None
print(json.dumps({"rate": sequences * o.length / sorted(times[1:])[len(times[1:]) // 2], "library": f"torch {torch.__version__}, {library}", "peak_mib": peak}))
