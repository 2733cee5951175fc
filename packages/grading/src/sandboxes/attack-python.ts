import type { Attack } from './attack.ts'

const attack = (name: string, source: Attack['source']): Attack => ({ name, source })
/** Runs each statement, whatever the others do, and then gives a wrong answer. */
const each = (...statements: string[]) => `${statements.map((line) => `try:\n    ${line.replaceAll('\n', '\n    ')}\nexcept BaseException: pass\n`).join('')}def f(x): return -1\n`
/** Tells what it found in an exception. */
const tell = (expression: string, before = '') => `${before}\ndef f(x):\n    raise ValueError(${expression})\n`
const forged = String.raw`b'{"passed": 3, "raised": null}\n"passed"\n{"value": 9}\n{"passed": 3}\n'`

/** Attacks in Python. */
export const pythonAttacks: readonly Attack[] = [
  attack('infinite loop', () => python`
    def f(x):
        while True: pass`),
  attack('infinite loop when loaded', () => 'while True: pass'),
  attack('infinite loop that no exception can end', () => python`
    def f(x):
        while True:
            try:
                while True: pass
            except BaseException: pass`),
  attack('endless work in C', () => 'def f(x): return sum(iter(int, 1))'),
  attack('power tower', () => 'def f(x): return 9 ** 9 ** 9'),
  attack('regular expression bomb', () => python`
    import re
    def f(x): return re.match("(a+)+$", "a" * 64 + "b")`),
  attack('sleep', () => python`
    import time
    def f(x):
        time.sleep(3600)`),
  attack('signals ignored, then a loop', () => each('import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    except Exception: pass') + 'def f(x):\n    while True: pass'),
  attack('fork bomb', () => python`
    import os
    def f(x):
        while True: os.fork()`),
  attack('fork bomb that forgives errors', () => python`
    import os
    def f(x):
        while True:
            try: os.fork()
            except OSError: pass`),
  attack('thread bomb', () => python`
    import threading
    def f(x):
        while True: threading.Thread(target=lambda: f(x)).start()`),
  attack('subprocess', () => each('import subprocess\nsubprocess.Popen(["/bin/sh", "-c", "sleep 3600"])', 'import os\nos.system("sleep 3600 &")', 'import os\nos.execv("/bin/sh", ["sh"])')),
  attack('memory bomb', () => python`
    def f(x):
        hoard = []
        while True: hoard.append(bytearray(10_000_000))`),
  attack('memory bomb by doubling', () => python`
    def f(x):
        text = "x"
        while True: text += text`),
  attack('memory bomb in shared memory', () =>
    'import ctypes, os\ndef f(x):\n    c = ctypes.CDLL(None)\n    while True:\n        c.shmget(0, 50_000_000, 0o1600)\n        try: os.truncate(os.memfd_create("x"), 50_000_000)\n        except Exception: return -1'),
  attack('memory bomb by way of JavaScript', () =>
    'import pyodide_js\nhoard = []\nfor n in range(8):\n    hoard.append(pyodide_js._module.HEAPU8.constructor.new(500_000_000))\n    hoard[-1].fill(1)\ndef f(x): return x * x'),
  attack('memory bomb when loaded', () => 'hoard = bytearray(10_000_000_000)'),
  attack('disk full of files', () => python`
    def f(x):
        n = 0
        while n < 500:
            n += 1
            open(f"/tmp/{n}", "wb").write(bytes(5_000_000))
        return -1`),
  attack('file read outside', ({ file }) => tell(`open(${JSON.stringify(file)}).read()`)),
  attack('file read by way of /proc', ({ file, pid }) =>
    tell('found', each(`found = open("/proc/${pid}/root${file}").read()`, `found = open("/proc/${pid}/environ").read()`, `found = open("/proc/self/cwd${file}").read()`)).replace('def f(x): return -1\n', '')),
  attack('file write outside', ({ file }) =>
    each(`open(${JSON.stringify(file)}, "w").write("owned")`, `import os\nos.remove(${JSON.stringify(file)})`, `import os\nos.rename(${JSON.stringify(file)}, "/tmp/gone")`, `import os\nos.chmod(${JSON.stringify(file)}, 0)`)),
  attack('standard library overwritten for the next', () =>
    each('import json\nopen(json.__file__, "w").write("raise SystemExit")', 'import os\nos.remove(os.__file__)', 'import os\nopen("/lib/python314.zip", "w").write("")', 'open("/usr/lib/python3/sitecustomize.py", "w").write("")')),
  attack('symbolic link out', ({ file }) => tell('open("/tmp/link").read()', `import os\nos.symlink(${JSON.stringify(file)}, "/tmp/link")`)),
  attack('network by sockets', ({ port }) =>
    each(`import socket\nsocket.create_connection(("127.0.0.1", ${port}), 1).send(b"hello")`, `import socket\ns = socket.socket()\ns.connect(("127.0.0.1", ${port}))`, 'import socket\nsocket.gethostbyname("example.com")')),
  attack('network by urllib', ({ port }) => tell(`urllib.request.urlopen("http://127.0.0.1:${port}/", timeout=1).read()`, 'import urllib.request')),
  attack('network by fetch', ({ port }) =>
    each(`import js\njs.fetch("http://127.0.0.1:${port}/")`, `import pyodide.http\npyodide.http.open_url("http://127.0.0.1:${port}/")`, `import asyncio, pyodide.http\nasyncio.ensure_future(pyodide.http.pyfetch("http://127.0.0.1:${port}/"))`,
      `import js\njs.XMLHttpRequest.new().open("GET", "http://127.0.0.1:${port}/", False)`, `import js\njs.WebSocket.new("ws://127.0.0.1:${port}/")`)),
  attack('network by the sockets of Node', ({ port }) =>
    `import asyncio\nasync def go():\n    import pyodide_js\n    await pyodide_js.useNodeSockFS()\n    import socket\n    socket.create_connection(("127.0.0.1", ${port}), 1)\ntry: asyncio.run(go())\nexcept BaseException: pass\ndef f(x): return -1`),
  attack('signals to the parent', ({ pid }) => each(...['os.getppid()', '1', '0', '-1', String(pid)].map((whom) => `import os, signal\nos.kill(${whom}, signal.SIGTERM)`), 'import os\nos.killpg(os.getppid(), 9)', `import os\nos.kill(${pid}, 9)`)),
  attack('process memory of the grader', ({ pid }) => each(`open("/proc/${pid}/mem", "r+b").write(b"x")`, `import ctypes\nctypes.CDLL(None).ptrace(16, ${pid}, 0, 0)`)),
  attack('new namespaces', ({ file }) => tell(`open(${JSON.stringify(file)}).read()`, each('import ctypes\nc = ctypes.CDLL(None)\nc.unshare(0x10000000)\nc.unshare(0x00020000)\nc.mount(b"none", b"/tmp", b"tmpfs", 0, 0)\nc.chroot(b"/")').replace('def f(x): return -1\n', ''))),
  attack('equal to everything', () => python`
    class Any:
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        def __hash__(self): return 0
    def f(x): return Any()`),
  attack('an int equal to everything', () => python`
    class Any(int):
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        __hash__ = int.__hash__
    def f(x): return Any(7)`),
  attack('a class that is equal by its metaclass', () => python`
    class Meta(type):
        def __eq__(cls, other): return True
        __hash__ = type.__hash__
    class Any(metaclass=Meta): pass
    def f(x): return Any`),
  attack('a class that claims another name', () => python`
    class int:
        def __eq__(self, other): return True
    def f(x): return int`),
  attack('patched builtins', () =>
    each(...['isinstance = lambda *a: True', 'exec = lambda *a: None', 'compile = lambda *a: ""', 'range = lambda *a: []', 'AssertionError = SystemExit', 'len = lambda a: 0', 'type = lambda *a: int'].map((line) => `import builtins\nbuiltins.${line}`))),
  attack('shadowed names', () => python`
    range = lambda *a: []
    AssertionError = BaseException
    n = 3
    namespace = results = tests = {}
    def f(x): return -1`),
  attack('patched harness', () =>
    `import __main__ as harness\nsend = harness.send\nharness.send = lambda message: send({"passed": 3, "raised": None})\nharness.encode = lambda *a: 9\nharness.answer = lambda work: {"passed": 3, "raised": None}\ndef f(x): return -1`),
  attack('verdict sent in the place of an answer', () => python`
    import __main__ as harness
    def f(x):
        while True: harness.send({"passed": 3, "raised": None})`),
  attack('answers sent in advance', () => python`
    import __main__ as harness
    harness.send({"value": {"dict": [["f", 9], ["assert", 9], ["range", {"tuple": []}]]}})
    for n in range(50): harness.send({"value": 9})
    def f(x): return -1`),
  attack('names forced upon the tests', () => python`
    import __main__ as harness
    harness.load = lambda *a: {"f": (lambda x: -1), "range": (lambda *a: []), "AssertionError": SystemExit, "results": []}
    harness.encode = (lambda e: lambda v, r: e(v, r))(harness.encode)
    def f(x): return -1`),
  attack('success printed', () => `print('{"passed": 3, "raised": null}')\nprint("OK", "PASSED", "3 passed", sep="\\n")\ndef f(x):\n    print('{"passed": 3, "raised": null}')\n    return -1`),
  attack('success written to every descriptor', () => `import os\ndef f(x):\n    for n in range(64):\n        try: os.write(n, ${forged})\n        except OSError: pass\n    return -1`),
  attack('success written at exit', () => `import atexit, os\natexit.register(lambda: [os.write(n, ${forged}) for n in (1, 3, 4)])\ndef f(x): raise SystemExit(0)`),
  attack('sys.exit(0)', () => python`
    import sys
    sys.exit(0)`),
  attack('sys.exit(0) in the call', () => python`
    import sys
    def f(x): sys.exit(0)`),
  attack('os._exit(0)', () => python`
    import os
    os._exit(0)`),
  attack('os._exit(0) in the call', () => python`
    import os
    def f(x): os._exit(0)`),
  attack('exceptions of strange kinds', () => python`
    class E(BaseException):
        def __str__(self): raise self
    E.__name__ = "AssertionError"
    def f(x): raise E()`),
  attack('errors of impossible kinds', () => python`
    import __main__ as harness
    harness.answer = lambda work: {"error": "a\\0b", "message": "passed"}
    def f(x): return -1`),
  attack('errors that are no errors', () => python`
    import __main__ as harness
    harness.answer = lambda work: {"error": "SystemExit", "message": "0"}
    def f(x): return -1`),
  attack('errors that end a loop', () => 'def f(x): raise StopIteration(9)'),
  attack('tests read from memory', () =>
    'import gc, sys\ndef f(x):\n    found = [o for o in gc.get_objects() if isinstance(o, dict) and any(isinstance(v, str) and "assert f(-" in v for v in o.values())]\n    frame = sys._getframe()\n    while frame:\n        found += [v for v in list(frame.f_locals.values()) + list(frame.f_globals.values()) if isinstance(v, str) and "assert f(-" in v]\n        frame = frame.f_back\n    raise ValueError(str(found))'),
  attack('tests read from the channel', () => python`
    import os
    def f(x):
        found = b""
        for n in range(10):
            try:
                os.set_blocking(n, False)
                found += os.read(n, 100_000)
            except OSError: pass
        raise ValueError(found)`),
  attack('deep recursion', () => python`
    import sys
    sys.setrecursionlimit(10 ** 9)
    def f(x): return f(x) + 1`),
  attack('deep recursion in C', () => python`
    def f(x):
        nested = []
        for n in range(10 ** 6): nested = [nested]
        return repr(nested)`),
  attack('a deeply nested result', () => python`
    import __main__ as harness
    def f(x):
        harness.outgoing.write(b'{"value": ' + b"[" * 500_000 + b"]" * 500_000 + b"}\\n")
        harness.outgoing.flush()`),
  attack('a result that holds itself', () => python`
    def f(x):
        own = []
        own.append(own)
        return own`),
  attack('a huge result', () => 'def f(x): return "x" * 100_000_000'),
  attack('a huge number', () => 'def f(x): return 1 << 40_000_000'),
  attack('colliding hashes', () => 'def f(x): return {n * (2 ** 61 - 1) for n in range(1, 40_000)}'),
  attack('endless printing', () => python`
    def f(x):
        while True: print("x" * 100_000)`),
  attack('endless output past sys.stdout', () => python`
    import os
    def f(x):
        while True:
            for n in range(10):
                try: os.write(n, b"x" * 100_000)
                except OSError: pass`),
  attack('endless lines in the channel', () => python`
    import __main__ as harness
    def f(x):
        while True: harness.outgoing.write(b"\\n" * 100_000)`),
  attack('endless line in the channel', () => python`
    import __main__ as harness
    def f(x):
        while True: harness.outgoing.write(b"x" * 100_000)`),
  attack('descriptors closed', () => python`
    import os
    os.closerange(0, 256)
    def f(x): return -1`),
  attack('segmentation fault', () => python`
    import ctypes
    def f(x): return ctypes.string_at(0)`),
  attack('escape through js', ({ file, pid }) =>
    each('import js\njs.process.exit(0)', `import js\njs.process.kill(${pid}, 9)`, 'import js\njs.eval("process.exit(0)")', `import js\njs.require("fs").writeFileSync(${JSON.stringify(file)}, "owned")`, `from pyodide.code import run_js\nrun_js("process.kill(${pid}, 9)")`)),
  attack('escape through the Function constructor', ({ file, pid }) =>
    each(`import pyodide_js\npyodide_js.runPython.constructor(${JSON.stringify(`process.kill(${pid}, 9)`)})()`, `import pyodide_js\npyodide_js.runPython.constructor.constructor(${JSON.stringify(`import("node:fs").then((fs) => fs.writeFileSync(${JSON.stringify(file)}, "owned"))`)})()`,
      `import ctypes\nctypes.CDLL(None).emscripten_run_script(b"process.kill(${pid}, 9)")`)),
  attack('host folders mounted', ({ file }) =>
    tell('open("/mnt" + FILE).read()', `FILE = ${JSON.stringify(file)}\n${each('import pyodide_js\npyodide_js.mountNodeFS("/mnt", "/")', 'import pyodide_js\npyodide_js.FS.mkdir("/mnt")', 'import pyodide_js\npyodide_js.FS.mount(pyodide_js.FS.filesystems.NODEFS, {"root": "/"}, "/mnt")', 'import pyodide_js\npyodide_js._module.FS.mount(pyodide_js._module.NODEFS, {"root": "/"}, "/mnt")').replace('def f(x): return -1\n', '')}`)),
]
