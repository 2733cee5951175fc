"""Builds the native tools and the CUDA backend without Node, by the plan in tools/tools.json that `tools:build` follows too: g++ for the tools, nvcc for the backend,
the libraries that node-llama-cpp ships for everything else. Objects are kept by the content of what they are made from, so a build that was stopped goes on.
Usage: build-tools.py --out FOLDER [--tools a,b] [--cuda] [--source FOLDER | --bundle FILE] [--libraries FOLDER] [--seconds N]"""
import argparse, concurrent.futures, glob, hashlib, json, os, re, shutil, subprocess, sys, time

root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
plan = json.load(open(os.path.join(root, "tools/tools.json")))
shared = ["tools/rows", "tools/gguf"]


def refuse(text):
    sys.exit(f"build-tools: {text}")


def first(*places):
    return next((place for place in places if place and os.path.exists(place)), None)


def extract(bundle, folder):
    """llama.cpp's source, of the git bundle that node-llama-cpp ships."""
    if os.path.exists(folder):
        return folder
    if not bundle:
        refuse("no source of llama.cpp: carry node_modules/node-llama-cpp/llama/gitRelease.bundle along (npm ci makes it) and name it with --bundle, or name the unpacked source with --source")
    if not shutil.which("git"):
        refuse("git not found, it unpacks llama.cpp's source: install git, or name the unpacked source with --source")
    torn = f"{folder}.{os.getpid()}.tmp"
    subprocess.run(["git", "-c", "advice.detachedHead=false", "clone", "-q", bundle, torn], check=True)
    os.rename(torn, folder)
    return folder


def sources(base, paths, deep):
    found = []
    for path in paths:
        if re.search(r"\.(c|cpp)$", path):
            found.append(os.path.join(base, path))
        else:
            found += sorted(glob.glob(os.path.join(base, path, "**/*.cpp" if deep else "*.cpp"), recursive=deep))
    return found


def headers(file, seen):
    """Headers of ours that a file reads, directly and through others."""
    for name in re.findall(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', open(file, encoding="utf8").read(), re.M):
        found = first(*(os.path.join(folder, name) for folder in [os.path.dirname(file)] + [os.path.join(root, place) for place in shared]))
        if found and found not in seen:
            seen.add(found)
            headers(found, seen)
    return sorted(seen)


def digest(*parts):
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def read(file):
    return open(file, encoding="utf8", errors="replace").read()


def unit(compiler, flags, file, depends=()):
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True).stdout
    name = digest(compiler, version, " ".join(flags), file, read(file), *(read(header) for header in depends))
    return {"compiler": compiler, "flags": flags, "file": file, "object": os.path.join(arguments.out, "objects", name + ".o")}


def tool_units(name, source, compiler):
    tool, flags = plan["tools"][name], plan["flags"]
    common = flags["shared"] + [f"-I{source}/{folder}" for folder in flags["include"]]
    ours = flags["ours"] + common + [f"-I{root}/{folder}" for folder in shared] + ['-DWHETSTONE_VERSION="bench"', "-include", f"{root}/tools/rows/prefix.h"]
    upstream = flags["upstream"] + common + [f"-I{source}/vendor/hash", f"-I{root}/tools/upstream"]
    units = [unit(compiler, ours, file, headers(file, set())) for file in sources(root, tool.get("ours", []), True)]
    for file in sources(source, tool.get("upstream", []), False):
        units.append(unit(compiler, ["-x", "c++", "-std=c++17", "-Dmain=upstream_main"] + upstream, file))
    return units


def cuda_units(source, nvcc, architectures):
    cuda = plan["cuda"]
    folder = os.path.join(source, "ggml/src/ggml-cuda")
    files = [os.path.join(folder, below, name) for below, wanted in cuda["files"] for name in sorted(os.listdir(os.path.join(folder, below))) if re.search(wanted, name)]
    files += [os.path.join(folder, "template-instances", f"fattn-vec-instance-{pair}.cu") for pair in cuda["attentionPairs"]]
    pairs = [f"{key}-{value}" for value in cuda["attentionTypes"] for key in cuda["attentionTypes"]]
    flags = cuda["flags"] + [f"-gencode=arch=compute_{name},code=sm_{name}" for name in architectures] + [f"-D{define}" for define in cuda["defines"]]
    flags += ['-DGGML_CUDA_FA_QUANTS="' + ",".join(cuda["attentionPairs"]) + '"']
    flags += [f"-DGGML_CUDA_FA_{pair.upper().replace('-', '_')}={int(pair in cuda['attentionPairs'])}" for pair in pairs]
    flags += [f"-I{source}/{path}" for path in cuda["include"]]
    return [unit(nvcc, flags, file) for file in files]


def compile_all(units, deadline):
    missing = list({each["object"]: each for each in units if not os.path.exists(each["object"])}.values())
    os.makedirs(os.path.join(arguments.out, "objects"), exist_ok=True)
    began, done = time.time(), 0

    def one(each):
        if time.time() > deadline:
            return None
        fresh = f"{each['object']}.{os.getpid()}.tmp"
        result = subprocess.run([each["compiler"], *each["flags"], "-c", each["file"], "-o", fresh], capture_output=True, text=True)
        if result.returncode != 0:
            return f"{os.path.relpath(each['file'], root)}: {(result.stderr.strip().splitlines() or ['exit ' + str(result.returncode)])[0]}"
        os.rename(fresh, each["object"])

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for failure in pool.map(one, missing):
            if failure:
                refuse(failure)
            done += 1
            if done % 10 == 0 or done == len(missing):
                print(f"  {done}/{len(missing)} files, {time.time() - began:.0f} s", file=sys.stderr, flush=True)
    left = sum(not os.path.exists(each["object"]) for each in missing)
    if left:
        print(f"build-tools: {left} files are left after {arguments.seconds} s: the same command goes on", file=sys.stderr)
        sys.exit(75)


def link(libraries, out, units_of, compiler):
    wanted = [next(iter(glob.glob(f"{libraries}/{name}.*so*") or glob.glob(f"{libraries}/{name}.so*")), None) for name in ("libllama-common", "libllama", "libggml", "libggml-base")]
    wanted = [file or refuse(f"{libraries} holds no llama.cpp libraries") for file in wanted]
    for file in glob.glob(f"{libraries}/lib*.so*"):
        to = os.path.join(out, os.path.basename(file))
        if not os.path.lexists(to):
            os.symlink(os.path.realpath(file), to)
    for name, units in units_of.items():
        objects = [each["object"] for each in units]
        done = subprocess.run([compiler, *objects, "-o", os.path.join(out, name), "-Wl,-rpath,$ORIGIN", *wanted, "-lpthread", "-ldl"], capture_output=True, text=True)
        if done.returncode != 0:
            refuse(f"{name} cannot be linked: {(done.stderr.strip().splitlines() or ['?'])[0]}")


def architectures():
    listed = subprocess.run(["nvidia-smi", "--query-gpu=compute_cap", "--format=csv,noheader"], capture_output=True, text=True).stdout if shutil.which("nvidia-smi") else ""
    names = sorted({line.strip().replace(".", "") for line in listed.splitlines() if re.fullmatch(r"\d+\.\d+", line.strip())})
    if not names:
        refuse("nvidia-smi names no GPU here: name what to build for, such as --architectures 90")
    return [name + "a" if int(name) >= 120 else name for name in names]


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--out", required=True)
parser.add_argument("--tools", default="llama-init,llama-train,llama-sample,llama-score,llama-probe,llama-quantize,llama-bench,llama-batched-bench")
parser.add_argument("--cuda", action="store_true")
parser.add_argument("--architectures", help="compute capabilities, such as 90,86; default: of the GPUs here")
parser.add_argument("--source")
parser.add_argument("--bundle", default=os.path.join(root, "node_modules/node-llama-cpp/llama/gitRelease.bundle"))
parser.add_argument("--libraries", default=os.path.join(root, "node_modules/@node-llama-cpp/linux-x64/bins/linux-x64"))
parser.add_argument("--jobs", type=int, default=os.cpu_count())
parser.add_argument("--seconds", type=float, default=470, help="stop after so many; the same command goes on")
arguments = parser.parse_args()
arguments.out = os.path.abspath(arguments.out)
os.makedirs(arguments.out, exist_ok=True)
compiler = os.environ.get("CXX") or shutil.which("g++") or refuse("no g++ found: install it, or name a C++17 compiler in CXX")
source = os.path.abspath(arguments.source) if arguments.source else extract(first(arguments.bundle), os.path.join(arguments.out, "llama.cpp"))
if not os.path.isdir(arguments.libraries):
    refuse(f"{arguments.libraries} is not here: carry the libraries that npm ci installs along, or name a folder of llama.cpp's libraries with --libraries")
names = arguments.tools.split(",")
unknown = [name for name in names if name not in plan["tools"]]
if unknown:
    refuse(f"no tool {unknown[0]}. Tools: {', '.join(plan['tools'])}")
deadline = time.time() + arguments.seconds
units_of = {name: tool_units(name, source, compiler) for name in names}
compile_all([each for units in units_of.values() for each in units], deadline)
link(arguments.libraries, arguments.out, units_of, compiler)
if arguments.cuda:
    nvcc = shutil.which("nvcc") or first(os.environ.get("CUDA_HOME", "") + "/bin/nvcc", "/usr/local/cuda/bin/nvcc")
    if not nvcc:
        refuse("no nvcc (PATH, CUDA_HOME, /usr/local/cuda): install NVIDIA's CUDA toolkit")
    units = cuda_units(source, nvcc, arguments.architectures.split(",") if arguments.architectures else architectures())
    compile_all(units, deadline)
    fresh = os.path.join(arguments.out, "libggml-cuda.so.tmp")
    base = glob.glob(f"{arguments.libraries}/libggml-base.so*")[0]
    subprocess.run([nvcc, "-shared", "-o", fresh, *(each["object"] for each in units), base, "-lcublas"], check=True)
    os.rename(fresh, os.path.join(arguments.out, "libggml-cuda.so"))
print(arguments.out)
