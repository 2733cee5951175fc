import { attack, python, source, type Attack } from './attack.ts'

/** Python that wants all of the machine's time, memory, processes or patience. */
export const exhaustion: readonly Attack[] = [
  attack(
    'infinite loop',
    () => source`
    def f(x):
        while True: pass`,
  ),
  attack('infinite loop when loaded', () => 'while True: pass'),
  attack(
    'infinite loop that no exception can end',
    () => source`
    def f(x):
        while True:
            try:
                while True: pass
            except BaseException: pass`,
  ),
  attack('endless work in C', () => 'def f(x): return sum(iter(int, 1))'),
  attack('power tower', () => 'def f(x): return 9 ** 9 ** 9'),
  attack(
    'regular expression bomb',
    () => source`
    import re
    def f(x): return re.match("(a+)+$", "a" * 64 + "b")`,
  ),
  attack(
    'sleep',
    () => source`
    import time
    def f(x): time.sleep(3600)`,
  ),
  attack(
    'signals ignored, then a loop',
    () => source`
    import signal
    for n in range(1, 65):
        try: signal.signal(n, signal.SIG_IGN)
        except Exception: pass
    def f(x):
        while True: pass`,
  ),
  attack(
    'fork bomb',
    () => source`
    import os
    def f(x):
        while True: os.fork()`,
  ),
  attack(
    'fork bomb that forgives errors',
    () => source`
    import os
    def f(x):
        while True:
            try: os.fork()
            except OSError: pass`,
  ),
  attack(
    'thread bomb',
    () => source`
    import threading
    def f(x):
        while True: threading.Thread(target=lambda: f(x)).start()`,
  ),
  attack(
    'subprocess',
    () => python`
    import subprocess; subprocess.Popen(["/bin/sh", "-c", "sleep 3600"])
    import os; os.system("sleep 3600 &")
    import os; os.posix_spawn("/bin/sh", ["sh", "-c", "sleep 3600"], {})
    import os; os.execv("/bin/sh", ["sh", "-c", "sleep 3600"])`,
  ),
  attack(
    'memory bomb',
    () => source`
    def f(x):
        hoard = []
        while True: hoard.append(bytearray(10_000_000))`,
  ),
  attack(
    'memory bomb by doubling',
    () => source`
    def f(x):
        text = "x"
        while True: text += text`,
  ),
  attack('memory bomb when loaded', () => 'hoard = bytearray(10_000_000_000)'),
  // Passes where four gigabytes can be had.
  attack(
    'memory bomb in shared memory',
    () => source`
    import ctypes, mmap
    def f(x):
        c = ctypes.CDLL(None)
        segments = [c.shmget(0, 50_000_000, 0o1600) for n in range(80)]
        return x * x if min(segments) >= 0 else -1`,
  ),
  attack(
    'memory bomb in memory files',
    () => source`
    import os
    def f(x):
        for n in range(40): os.write(os.memfd_create("x"), bytes(5_000_000))
        return x * x`,
  ),
  attack(
    'memory bomb by way of JavaScript',
    () => source`
    import pyodide_js
    hoard = []
    for n in range(8):
        hoard.append(pyodide_js._module.HEAPU8.constructor.new(500_000_000))
        hoard[-1].fill(1)
    def f(x): return x * x`,
  ),
  attack(
    'disk full of files',
    () => source`
    def f(x):
        for n in range(500): open(f"/tmp/{n}", "wb").write(bytes(5_000_000))
        return -1`,
  ),
  attack(
    'deep recursion',
    () => source`
    import sys
    sys.setrecursionlimit(10 ** 9)
    def f(x): return f(x) + 1`,
  ),
  attack(
    'deep recursion in C',
    () => source`
    def f(x):
        nested = []
        for n in range(10 ** 6): nested = [nested]
        return repr(nested)`,
  ),
  attack(
    'a deeply nested result',
    () => source`
    import __main__ as harness
    def f(x):
        harness.outgoing.write(b'{"value": ' + b"[" * 500_000 + b"]" * 500_000 + b"}\n")
        harness.outgoing.flush()`,
  ),
  attack(
    'a result that holds itself',
    () => source`
    def f(x):
        own = []
        own.append(own)
        return own`,
  ),
  attack('a huge result', () => 'def f(x): return "x" * 100_000_000'),
  attack('a huge number', () => 'def f(x): return 1 << 40_000_000'),
  attack('colliding hashes', () => 'def f(x): return {n * (2 ** 61 - 1) for n in range(1, 40_000)}'),
  attack(
    'endless printing',
    () => source`
    def f(x):
        while True: print("x" * 100_000)`,
  ),
  attack(
    'endless output past sys.stdout',
    () => source`
    import os
    def f(x):
        while True:
            for n in range(10):
                try: os.write(n, b"x" * 100_000)
                except OSError: pass`,
  ),
  attack(
    'endless lines in the channel',
    () => source`
    import __main__ as harness
    def f(x):
        while True: harness.outgoing.write(b"\n" * 100_000)`,
  ),
  attack(
    'endless line in the channel',
    () => source`
    import __main__ as harness
    def f(x):
        while True: harness.outgoing.write(b"x" * 100_000)`,
  ),
  attack(
    'descriptors closed',
    () => source`
    import os
    os.closerange(0, 256)
    def f(x): return -1`,
  ),
  attack(
    'segmentation fault',
    () => source`
    import ctypes
    def f(x): return ctypes.string_at(0)`,
  ),
]
