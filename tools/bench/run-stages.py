"""Runs the stages of stages.json: our tools and their peers on one device. Each run takes at most 8 minutes, is kept when it ended well, and is skipped by the next call;
results appear as each ends, on stdout and in OUT/results.json and OUT/table.md. A peer that is missing, fails or crawls is a line "not run: why".
Usage: run-stages.py --bin FOLDER --out FOLDER [--device cpu|cuda|vulkan] [--small] [--only WORD] [--seconds N]"""
import argparse, hashlib, json, os, random, subprocess, sys, threading, time

sys.dont_write_bytecode = True  # no folder of compiled files beside the sources
from timed_process import NotRun, Peak, run

here = os.path.dirname(os.path.abspath(__file__))
plan = json.load(open(os.path.join(here, "stages.json")))
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--bin", required=True, help="where the tools and their libraries lie")
parser.add_argument("--out", required=True)
parser.add_argument("--source", help="llama.cpp's source, for its vocabularies; default: beside the tools")
parser.add_argument("--device", default="cpu", choices=["cpu", "cuda", "vulkan"])
parser.add_argument("--small", action="store_true", help="sizes that a CPU does in a minute, to try the script")
parser.add_argument("--only", default="", help="only runs whose name holds this")
parser.add_argument("--threads", type=int, default=0, help="0: one on a GPU, else all cores")
parser.add_argument("--python", default=sys.executable, help="a Python with torch, for the peer")
parser.add_argument("--seconds", type=float, default=1e9, help="start no run after so many; the same command goes on")
parser.add_argument("--json", help="also write the results here")
o = parser.parse_args()
limit, gpu = plan["limitSeconds"], o.device != "cpu"
threads = str(o.threads or (1 if gpu else os.cpu_count()))
layers = ["-ngl", "999" if gpu else "0"]
work = os.path.abspath(os.path.join(o.out, "small" if o.small else "full"))
os.makedirs(os.path.join(work, "runs"), exist_ok=True)
tool = lambda name: os.path.join(os.path.abspath(o.bin), name)
at = lambda name: os.path.join(work, name)
source = o.source or next((place for place in (tool("llama.cpp"), os.path.join(here, "../build/llama.cpp")) if os.path.isdir(place)), None)
results, kept = [], 0


class Tool:
    """llama-sample or llama-score in its stdin mode, so that starting and loading are not timed."""

    def __init__(self, name, flags, deadline):
        if not os.path.exists(tool(name)):
            raise NotRun(f"{name} is not built")
        self.name, self.log = name, open(at(f"{name}.log"), "w+")
        self.process = subprocess.Popen([tool(name), *flags, *layers, "-t", threads, "--data", "-", "--out", "-", "--progress", "none"],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, text=True)
        self.killed = False
        self.timer = threading.Timer(max(1, deadline - time.time()), self.kill)
        self.timer.start()
        self.batch([])

    def kill(self):
        self.killed = True
        self.process.kill()

    def batch(self, rows):
        started, answers = time.time(), []
        try:
            self.process.stdin.write("".join(json.dumps(row) + "\n" for row in rows) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        for line in self.process.stdout:
            row = json.loads(line)
            if "batch_done" in row:
                return answers, time.time() - started
            answers.append(row)
        self.process.wait()
        self.log.seek(0)
        said = self.log.read().strip().splitlines()
        raise NotRun(f"took more than {limit} s" if self.killed else f"{self.name}: {said[-1][:300] if said else self.process.returncode}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.timer.cancel()
        self.process.kill()
        self.process.wait()


def text(count, seed):
    return "".join(str((i * 7 + seed * 13 + i * i * seed) % 10) for i in range(count))


def model_of(shape, kind, deadline):
    """The model of a shape with random weights, made once."""
    file = at(f"{shape}-{kind}.gguf")
    if os.path.exists(file):
        return file
    spec = {"name": shape, "context_length": 2048, "rms_eps": 1e-5, "tied_embeddings": False, **plan["shapes"][shape]}
    vocabulary = spec.pop("vocabulary", None)
    if vocabulary and not source:
        raise NotRun("llama.cpp's source, which holds the vocabulary, is not there: --source")
    letters = list("0123456789+=abcdefghijklmnopqrstuvwxyz")
    spec["tokenizer"] = {"from": f"{source}/models/ggml-vocab-{vocabulary}.gguf"} if vocabulary else {
        "model": "llama", "tokens": ["<unk>", "<s>", "</s>"] + [f"<0x{i:02X}>" for i in range(256)] + letters,
        "bos": 1, "eos": 2, "unk": 0, "add_bos": True, "add_space_prefix": False}
    json.dump(spec, open(at(f"{shape}.json"), "w"))
    run([tool("llama-init"), "--spec", at(f"{shape}.json"), "--seed", "1", "--type", kind, "--out", file], deadline)
    return file


def sample(stage, model, deadline):
    rows = [{"id": i, "prompt": text(stage["prompt"] - 1, i), "n": 8, "temperature": 1, "max_tokens": stage["completion"]} for i in range(stage["samples"] // 8)]
    with Tool("llama-sample", ["-m", model, "-np", str(stage["sequences"]), "-c", str(stage["prompt"] + stage["completion"])], deadline) as sampler:
        sampler.batch(rows[:2])  # kernels are compiled and graphs captured on first use
        answers, seconds = sampler.batch(rows)
    return {"rate": sum(row["completion_tokens"] for row in answers) / seconds, "seconds": seconds}


def batched_bench(stage, model, deadline):
    cells = stage["sequences"] * (stage["prompt"] + stage["completion"])
    out = run([tool("llama-batched-bench"), "-m", model, "-c", str(cells), "-b", "2048", "-ub", "512", "-npp", str(stage["prompt"]), "-ntg", str(stage["completion"]),
               "-npl", str(stage["sequences"]), "-t", threads, "-tb", threads, *layers, "--output-format", "jsonl"], deadline)
    line = next((line for line in out.splitlines() if line.startswith("{")), None)
    if line is None:
        raise NotRun("llama-batched-bench printed no result")
    return {"rate": json.loads(line)["speed_tg"]}


def score(stage, model, deadline):
    half = stage["length"] // 8
    rows = [{"id": i, "prompt": text(stage["length"] - half, i), "response": text(half - 1, i + 1)} for i in range(stage["rows"])]
    with Tool("llama-score", ["-m", model], deadline) as scorer:
        scorer.batch(rows[:1])
        answers, seconds = scorer.batch(rows)
    failed = next((row for row in answers if "error" in row), None)
    if failed:
        raise NotRun(f"llama-score: {failed['error']}")
    return {"rate": stage["rows"] * stage["length"] / seconds, "seconds": seconds}


def llama_bench(stage, model, deadline):
    out = run([tool("llama-bench"), "-m", model, "-t", threads, "-p", str(stage["length"]), "-n", "0", "-r", "3", *layers, "-o", "json"], deadline)
    return {"rate": json.loads(out)[0]["avg_ts"]}


def train_tool(method, model, data, out, deadline, *flags):
    # on the CPU a worker is a thread; on a GPU there is one
    run([tool("llama-train"), method, "-m", model, "--data", data, "--out", out, "--metrics", out + ".jsonl", "--progress", "none", *layers,
         *([] if gpu else ["--workers", threads, "-t", "1"]), *map(str, flags)], deadline)
    return [json.loads(line) for line in open(out + ".jsonl")]


def train(stage, model, deadline):
    pick = random.Random(1)
    ids = lambda: [pick.randrange(262, 290) for _ in range(stage["length"] - 1)]  # letters, in either vocabulary
    rows = [{"prompt": "1", "completion_ids": ids()} if stage["method"] == "sft" else {"prompt": "1", "chosen_ids": ids(), "rejected_ids": ids()}
            for _ in range(stage["batch"] * stage["steps"])]
    data = at("train.jsonl")
    with open(data, "w") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    lines = train_tool(stage["method"], model, data, at("trained.gguf"), deadline, "--batch", stage["batch"], "--steps", stage["steps"], "--lr", "1e-4",
                       *(["--lora-rank", stage["rank"]] if stage["rank"] else []), "--unchecked")
    rates = sorted(line["tokens_per_second"] for line in lines if line.get("step", 0) > 1 and "tokens_per_second" in line)
    return {"rate": rates[len(rates) // 2], "host_peak_mib": lines[-1]["peak_mib"]}


def torch_train(kind):
    def peer(stage, shape, deadline):
        environment = {**os.environ, **({} if gpu else {name: "1" for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")})}
        if o.device == "vulkan":
            raise NotRun("PyTorch has no Vulkan device")
        spec = plan["shapes"][shape]
        out = run([o.python, os.path.join(here, "torch-train.py"), "--shape", json.dumps(spec), "--vocabulary", "151936" if "vocabulary" in spec else "297", "--type", kind,
                   "--method", stage["method"], "--rank", str(stage["rank"]), "--device", o.device,
                   *(part for name in ("length", "batch", "steps") for part in (f"--{name}", str(stage[name])))], deadline, env=environment)
        return json.loads(out.strip().splitlines()[-1])
    return peer


def sample_file(stage, model, prompts, name, deadline, *flags):
    data, out = at(f"{name}-prompts.jsonl"), at(f"{name}.jsonl")
    with open(data, "w") as file:
        file.writelines(json.dumps(row) + "\n" for row in prompts)
    started = time.time()
    run([tool("llama-sample"), "-m", model, "--data", data, "--out", out, "-np", str(stage["sequences"]), "-c", str(stage["completion"] + 64), "-n", str(stage["completion"]),
         "--temp", "1", "-t", threads, *layers, "--progress", "none", *flags], deadline)
    rows = [json.loads(line) for line in open(out)]
    return rows, {"seconds": time.time() - started, "tokens": sum(row["completion_tokens"] for row in rows)}


def round_parts(stage, model):
    """The native stages of a gated round, by name; each reads what the one before has written."""
    prompts = [{"id": i, "prompt": text(24, i) + "="} for i in range(stage["prompts"])]
    adapter = at("round-adapter.gguf")

    def attempts(deadline):
        return sample_file(stage, model, prompts, "attempts", deadline)[1]

    def training(deadline):
        rows = [json.loads(line) for line in open(at("attempts.jsonl"))]
        with open(at("harvest.jsonl"), "w") as file:
            file.writelines(json.dumps({"prompt": prompts[row["id"]]["prompt"], "completion_ids": row["ids"]}) + "\n" for row in rows[::2] if row["ids"])
        started = time.time()
        lines = train_tool("sft", model, at("harvest.jsonl"), adapter, deadline, "--batch", stage["batch"], "--epochs", 1, "--lora-rank", stage["rank"], "--lr", "1e-4")
        return {"seconds": time.time() - started, "tokens": None, "steps": lines[-1]["steps"]}

    def arm(number):
        flags = ["--seed", str(number % 2 + 1), *(["--lora", adapter] if number >= 2 else [])]
        return lambda deadline: sample_file(stage, model, prompts[: stage["arm"]], f"arm-{number}", deadline, *flags)[1]

    names = ["incumbent, off", "incumbent, on", "candidate, off", "candidate, on"]
    return [("attempts", attempts), ("training", training), *((f"arm {names[i]}", arm(i)) for i in range(4))]


def binary_state():
    return "".join(f"{name}{os.path.getsize(tool(name))}" for name in sorted(os.listdir(o.bin)) if os.path.isfile(tool(name)) and not name.endswith(".json"))


state = binary_state()


def keep(name, definition, work_of):
    """Runs one contestant, unless an earlier call did; either way its line is in the results."""
    global kept
    if o.only not in name or any(line["name"] == name for line in results):
        return
    key = hashlib.sha256(json.dumps([name, definition, o.device, threads, state], sort_keys=True).encode()).hexdigest()[:16]
    file = at(f"runs/{key}.json")
    if os.path.exists(file):
        kept += 1
        return finish({**json.load(open(file)), "kept": True})
    if time.time() - began > o.seconds:
        return finish({"name": name, **definition, "not_run": f"left for the next call, --seconds={o.seconds:.0f} are over"})
    try:
        with Peak(o.device == "cuda") as peak:
            found = work_of(time.time() + limit)
        line = {"name": name, **definition, **{key: value for key, value in found.items() if value is not None}}
        if peak.most and "peak_mib" not in line:
            line["peak_mib"] = peak.most
        json.dump(line, open(file, "w"))
    except (NotRun, OSError, ValueError, KeyError, IndexError) as failure:
        line = {"name": name, **definition, "not_run": str(failure) or repr(failure)}
    finish(line)


def finish(line):
    results.append(line)
    if "not_run" in line:
        said = f"not run: {line['not_run']}"
    elif "rate" in line:
        said = f"{line['rate']:,.0f} tokens/s" + (f", {line['peak_mib']:,} MiB" if line.get("peak_mib") else "") + (f" ({line['library']})" if "library" in line else "")
    else:
        said = f"{line['seconds']:.1f} s"
    print(f"{line['name']}: {said}", flush=True)
    write()


def write():
    body = {"device": o.device, "small": o.small, "threads": int(threads), "results": results}
    for file in filter(None, (os.path.join(o.out, "results.json"), o.json)):
        with open(file + ".tmp", "w") as out:
            json.dump(body, out, indent=1)
        os.rename(file + ".tmp", file)
    with open(os.path.join(o.out, "table.md"), "w") as out:
        out.write(table() + "\n")


def table():
    said = lambda line: "not run" if "not_run" in line else f"{line['rate']:,.0f}"
    lines = ["| stage | ours, tokens/s | peer, tokens/s | ratio |", "|---|---|---|---|"]
    for line in results:
        ours = next((other for other in results if other["name"] == line.get("against")), None)
        if ours:
            both = "rate" in line and "rate" in ours
            lines.append(f"| {line['name']} | {said(ours)} | {said(line)} | {ours['rate'] / line['rate']:.2f}x |" if both else f"| {line['name']} | {said(ours)} | {said(line)} | |")
    parts = [line for line in results if line.get("part")]
    total = sum(line.get("seconds", 0) for line in parts)
    if parts:
        lines += ["", "| part of a round | seconds | share | tokens/s |", "|---|---|---|---|"]
        for line in parts:
            rate = f"{line['tokens'] / line['seconds']:,.0f}" if line.get("tokens") else ""
            lines.append(f"| {line['name']} | {line['seconds']:.1f} | {100 * line['seconds'] / total:.0f}% | {rate} |" if "seconds" in line else f"| {line['name']} | not run | | |")
        lines.append(f"| together | {total:.1f} | | |")
    return "\n".join(lines)


def main():
    if gpu:
        keep("probe", {}, lambda deadline: {"seconds": 0.0, "devices": [json.loads(line) for line in run([tool("llama-probe"), "--backend", tool(f"libggml-{o.device}.so")], deadline).splitlines()]})
    ours_and_peers = {"sample": (sample, [("llama-batched-bench", batched_bench)]), "score": (score, [("llama-bench", llama_bench)]),
                      "train": (train, [("PyTorch BF16", torch_train("BF16")), ("PyTorch F32", torch_train("F32"))])}
    for defined in plan["stages"]:
        stage = {**defined, **({key: value for key, value in plan["small"].items() if key in defined} if o.small else {})}
        for shape in stage["shapes"]:
            what = " ".join(filter(None, (stage["kind"], stage.get("method"), f"LoRA r{stage['rank']}" if stage.get("rank") else "all weights" if "rank" in stage else "")))
            name = f"{what}, {shape} {stage['type']}"
            definition = {key: value for key, value in stage.items() if key != "shapes"} | {"shape": shape}
            if o.only and not any(o.only in each for each in (name, "PyTorch", "llama-batched-bench", "llama-bench", "arm", "attempts")):
                continue
            keep(f"model for {name}", {"shape": shape, "type": stage["type"]}, lambda deadline: (lambda started: (model_of(shape, stage["type"], deadline), {"seconds": time.time() - started})[1])(time.time()))
            model = at(f"{shape}-{stage['type']}.gguf")
            if stage["kind"] == "round":
                for part, work_of in round_parts(stage, model):
                    keep(f"{name}: {part}", {**definition, "part": part}, work_of)
                continue
            ours, peers = ours_and_peers[stage["kind"]]
            keep(name, definition, lambda deadline: ours(stage, model, deadline))
            for peer, measure in peers:
                keep(f"{name}, against {peer}", {**definition, "against": name}, lambda deadline: measure(stage, shape if stage["kind"] == "train" else model, deadline))
    print("\n" + table() + (f"\n\n{kept} of {len(results)} were kept from an earlier call" if kept else ""))


began = time.time()
main()
