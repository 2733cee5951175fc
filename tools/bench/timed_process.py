"""Processes that end by a deadline, and the GPU's memory meanwhile."""
import os, shutil, subprocess, threading, time


class NotRun(Exception):
    pass


def run(command, deadline, **more):
    """What a process printed that ended well and by the deadline (time.time()); else NotRun with what it said last."""
    began = time.time()
    if not os.path.exists(command[0]):
        raise NotRun(f"{os.path.basename(command[0])} is not built")
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=max(1, deadline - time.time()), **more)
    except subprocess.TimeoutExpired:
        raise NotRun(f"took more than {time.time() - began:.0f} s")
    if done.returncode != 0:
        lines = [line for line in done.stderr.strip().splitlines() if line.strip()]
        end = f"signal {-done.returncode}" if done.returncode < 0 else f"exit {done.returncode}"
        raise NotRun(f"{os.path.basename(command[0])}: {lines[-1][:300] if lines else end}")
    return done.stdout


class Peak:
    """The most memory that the GPU held over what it held before, MiB; none where nvidia-smi is not there."""

    def __init__(self, on):
        self.most, self.on = 0, on and shutil.which("nvidia-smi") is not None

    def read(self):
        answer = subprocess.run(["nvidia-smi", "--query-gpu=memory.used", "--format=csv,noheader,nounits"], capture_output=True, text=True)
        return int(answer.stdout.splitlines()[0]) if answer.returncode == 0 else 0

    def __enter__(self):
        if self.on:
            self.before = self.read()
            threading.Thread(target=self.watch, daemon=True).start()
        return self

    def watch(self):
        while self.on:
            self.most = max(self.most, self.read() - self.before)
            time.sleep(0.2)

    def __exit__(self, *_):
        self.on = False
