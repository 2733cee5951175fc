import { attack, python, source, type Attack } from './attack.ts'

/** What a forger would like the grader to read. */
const forged = String.raw`b'{"passed": 3, "raised": null}\n"passed"\n{"value": 9}\n{"passed": 3}\n'`
const withForged = (text: string) => text.replace('FORGED', forged)

/** Python that wants to pass without solving the task. */
export const forgery: readonly Attack[] = [
  attack(
    'equal to everything',
    () => source`
    class Any:
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        def __hash__(self): return 0
    def f(x): return Any()`,
  ),
  attack(
    'an int equal to everything',
    () => source`
    class Any(int):
        def __eq__(self, other): return True
        def __ne__(self, other): return False
        __hash__ = int.__hash__
    def f(x): return Any(7)`,
  ),
  attack(
    'a class that is equal by its metaclass',
    () => source`
    class Meta(type):
        def __eq__(cls, other): return True
        __hash__ = type.__hash__
    class Any(metaclass=Meta): pass
    def f(x): return Any`,
  ),
  attack(
    'a class that claims another name',
    () => source`
    class int:
        def __eq__(self, other): return True
    def f(x): return int`,
  ),
  attack(
    'an object that claims another class',
    () => source`
    class Any:
        __class__ = int
        def __index__(self): return 9
        def __eq__(self, other): return True
    def f(x): return Any()`,
  ),
  attack(
    'patched builtins',
    () => python`
    import builtins; builtins.isinstance = lambda *a: True
    import builtins; builtins.range = lambda *a: []
    import builtins; builtins.AssertionError = SystemExit
    import builtins; builtins.exec = lambda *a: None
    import builtins; builtins.compile = lambda *a: ""
    import builtins; builtins.len = lambda a: 0
    import builtins; builtins.type = lambda *a: int`,
  ),
  attack(
    'builtins that make every comparison true',
    () => source`
    import builtins
    class Any(int):
        def __eq__(self, other): return True
    builtins.int = builtins.float = builtins.str = builtins.list = Any
    def f(x): return Any(1)`,
  ),
  attack(
    'shadowed names',
    () => source`
    range = lambda *a: []
    AssertionError = BaseException
    n = 3
    namespace = results = tests = {}
    def f(x): return -1`,
  ),
  attack(
    'patched harness',
    () => source`
    import __main__ as harness
    send = harness.send
    harness.send = lambda message: send({"passed": 3, "raised": None})
    harness.encode = lambda *a: 9
    harness.answer = lambda work: {"passed": 3, "raised": None}
    def f(x): return -1`,
  ),
  attack(
    'names forced upon the tests',
    () => source`
    import __main__ as harness
    harness.load = lambda *a: {"f": (lambda x: -1), "range": (lambda *a: []), "AssertionError": SystemExit, "results": []}
    harness.send({"value": {"dict": [["f", 9], ["range", {"tuple": []}], ["AssertionError", {"type": "SystemExit"}]]}})
    def f(x): return -1`,
  ),
  attack(
    'verdict sent in the place of an answer',
    () => source`
    import __main__ as harness
    def f(x):
        while True: harness.send({"passed": 3, "raised": None})`,
  ),
  attack(
    'answers sent in advance',
    () => source`
    import __main__ as harness
    harness.send({"value": {"dict": [["f", 9], ["assert", 9], ["range", {"tuple": []}]]}})
    for n in range(50): harness.send({"value": 9})
    def f(x): return -1`,
  ),
  attack(
    'success printed',
    () => source`
    print('{"passed": 3, "raised": null}')
    print("OK", "PASSED", "3 passed", sep="\n")
    def f(x):
        print('{"passed": 3, "raised": null}')
        return -1`,
  ),
  attack('success written to every descriptor', () =>
    withForged(source`
    import os
    def f(x):
        for n in range(64):
            try: os.write(n, FORGED)
            except OSError: pass
        return -1`),
  ),
  attack('success written at exit', () =>
    withForged(source`
    import atexit, os
    atexit.register(lambda: [os.write(n, FORGED) for n in (1, 3, 4)])
    def f(x): raise SystemExit(0)`),
  ),
  attack('sys.exit(0)', () => 'import sys; sys.exit(0)'),
  attack('sys.exit(0) in the call', () => 'import sys\ndef f(x): sys.exit(0)'),
  attack('os._exit(0)', () => 'import os; os._exit(0)'),
  attack('os._exit(0) in the call', () => 'import os\ndef f(x): os._exit(0)'),
  attack(
    'exceptions of strange kinds',
    () => source`
    class E(BaseException):
        def __str__(self): raise self
    E.__name__ = "AssertionError"
    def f(x): raise E()`,
  ),
  attack(
    'errors of impossible kinds',
    () => source`
    import __main__ as harness
    harness.answer = lambda work: {"error": "a\0b", "message": "passed"}
    def f(x): return -1`,
  ),
  attack(
    'errors that are no errors',
    () => source`
    import __main__ as harness
    harness.answer = lambda work: {"error": "SystemExit", "message": "0"}
    def f(x): return -1`,
  ),
  attack('errors that end a loop', () => 'def f(x): raise StopIteration(9)'),
  attack(
    'errors that end a loop, by another name',
    () => 'class E(StopIteration): pass\nE.__name__ = "StopIteration"\ndef f(x): raise E()',
  ),
  attack('errors that end an asynchronous loop', () => 'def f(x): raise StopAsyncIteration(9)'),
  attack('GeneratorExit', () => 'def f(x): raise GeneratorExit()'),
  attack('KeyboardInterrupt', () => 'def f(x): raise KeyboardInterrupt()'),
  attack('AssertionError of its own', () => 'def f(x): raise AssertionError("passed")'),
  attack('SystemExit(0) when loaded, after the definition', () => 'def f(x): return -1\nraise SystemExit(0)'),
  attack(
    'a thread left running',
    () => source`
    import threading
    def forever():
        while True: pass
    def f(x):
        threading.Thread(target=forever).start()
        return -1`,
  ),
  attack(
    'a thread that writes success later',
    () => source`
    import __main__ as harness, threading, time
    def later():
        time.sleep(0.05)
        harness.send({"passed": 5, "raised": None})
    def f(x):
        threading.Thread(target=later).start()
        time.sleep(0.2)
        return -1`,
  ),
  attack('deep recursion in a call', () => 'def f(x): return f(x + 1) + 1'),
  attack('deep recursion in a call, without a limit', () => 'import sys\nsys.setrecursionlimit(10**9)\ndef f(x): return f(x + 1) + 1'),
  attack(
    'patched assert and equality',
    () => source`
    import builtins, operator
    builtins.AssertionError = type("AssertionError", (Exception,), {"__new__": lambda *a: None})
    operator.eq = lambda a, b: True
    int_eq = lambda a, b: True
    try: int.__eq__ = int_eq
    except TypeError: pass
    def f(x): return -1`,
  ),
  attack(
    'tests read from files',
    () => source`
    import glob, os
    def f(x):
        found = ""
        for name in [*glob.glob("/proc/*/cmdline"), *glob.glob("/proc/*/environ"), *glob.glob("/tmp/**/*", recursive=True), *glob.glob("*")]:
            try:
                with open(name, errors="replace") as file: found += file.read()
            except OSError: pass
        at = found.find("assert f(-")
        raise ValueError(found[at:at + 200] if at >= 0 else "nothing")`,
  ),
  attack(
    'tests read from memory',
    () => source`
    import gc, sys
    def holds(value): return isinstance(value, str) and "assert f(-" in value
    def f(x):
        found = [value for item in gc.get_objects() if isinstance(item, dict) for value in item.values() if holds(value)]
        frame = sys._getframe()
        while frame:
            found += [value for value in [*frame.f_locals.values(), *frame.f_globals.values()] if holds(value)]
            frame = frame.f_back
        raise ValueError(found)`,
  ),
  attack(
    'tests read from the channel',
    () => source`
    import os
    def f(x):
        found = b""
        for n in range(10):
            try:
                os.set_blocking(n, False)
                found += os.read(n, 100_000)
            except OSError: pass
        raise ValueError(found)`,
  ),
]
