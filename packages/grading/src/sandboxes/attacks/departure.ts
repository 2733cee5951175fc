import { attack, python, source, type Attack } from './attack.ts'

/** Python that leaves, hides, outlives its judge or swaps itself for something else: whatever ends the talk but the tests' own pass is a failure. */
export const departure: readonly Attack[] = [
  attack(
    'no death with its parent',
    () => source`
    import ctypes, time
    ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)
    def f(x):
        for n in range(30):
            try: time.sleep(1)
            except BaseException: pass`,
  ),
  attack(
    'no death with its parent, asked of the kernel past the C library',
    () => source`
    import ctypes, time
    ctypes.CDLL(None).syscall(157, 1, 0, 0, 0, 0)
    ctypes.CDLL(None).syscall(167, 1, 0, 0, 0, 0)
    def f(x): time.sleep(30)`,
  ),
  attack('stopped by a signal', () => 'import os, signal\ndef f(x): os.kill(os.getpid(), signal.SIGSTOP)'),
  attack('killed by its own hand', () => 'import os\ndef f(x): os.kill(os.getpid(), 9)'),
  attack('abort', () => 'import os\ndef f(x): os.abort()'),
  attack(
    'an alarm set',
    () => source`
    import signal
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    def f(x):
        while True: pass`,
  ),
  attack('exit by a finalizer', () => 'import os\nclass E:\n    def __del__(self): os._exit(0)\ndef f(x): E()\n'),
  attack(
    'exit from another thread',
    () => source`
    import os, threading
    threading.Timer(0.02, lambda: os._exit(0)).start()
    def f(x):
        while True: pass`,
  ),
  attack(
    'exit by a trace function',
    () => source`
    import sys
    def trace(*a): raise SystemExit(0)
    def f(x):
        sys.settrace(trace)
        return g()
    def g(): return -1`,
  ),
  attack(
    'swapped for another interpreter that writes success',
    () => source`
    import __main__ as harness, os, sys
    os.set_inheritable(harness.outgoing.fileno(), True)
    text = f'import os; [os.write({harness.outgoing.fileno()}, b"{{\\"passed\\": 5, \\"raised\\": null}}\\n") for n in range(50)]'
    def f(x): os.execv("/proc/self/exe" if os.path.exists("/proc/self/exe") else sys.executable or "/usr/bin/python3.11", ["python3", "-S", "-c", text])`,
  ),
  attack(
    'a process by the old system calls',
    () => source`
    import ctypes, mmap
    code = mmap.mmap(-1, 4096, prot=7)
    code.write(bytes([0xB8, 2, 0, 0, 0, 0xCD, 0x80, 0xC3]))
    made = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(code)))()
    def f(x): return -1 if made != 0 else x * x`,
  ),
  attack(
    'half an answer, and then silence',
    () => source`
    import __main__ as harness, time
    def f(x):
        harness.outgoing.write(b'{"value": 9')
        harness.outgoing.flush()
        time.sleep(30)`,
  ),
  attack(
    'the channel closed',
    () => source`
    import __main__ as harness, time
    def f(x):
        harness.outgoing.close()
        harness.incoming.close()
        time.sleep(30)`,
  ),
  attack(
    'the channel closed by its number, for another file',
    () => source`
    import __main__ as harness, os
    def f(x):
        there = os.open("/tmp/out", os.O_CREAT | os.O_RDWR)
        os.dup2(there, harness.outgoing.fileno())
        os.dup2(there, harness.incoming.fileno())
        return x * x`,
  ),
  attack(
    'what it sends is written by its own class of JSON',
    () => source`
    import json
    json.dumps = lambda message: '{"ask": ["call", 0, [], {}], "passed": 5, "raised": null}'
    json.JSONEncoder = None
    def f(x): return -1`,
  ),
  attack(
    'an error that cannot be made',
    () => source`
    import __main__ as harness
    harness.answer = lambda work: {"error": "ExceptionGroup", "message": ""}
    def f(x): return -1`,
  ),
  attack('an error that warns', () => 'def f(x): raise DeprecationWarning("passed")'),
  attack(
    'an error of two kinds, one of them the end of a loop',
    () => 'class E(AssertionError, StopIteration): pass\nE.__name__ = E.__qualname__ = "IndexError"\ndef f(x): raise E()',
  ),
  attack('a group of errors', () => 'def f(x): raise BaseExceptionGroup("passed", [StopIteration(), SystemExit(0)])'),
  attack(
    'references that lead nowhere and everywhere',
    () => source`
    import __main__ as harness
    replies = iter([{"value": {"ref": -1}}, {"value": {"ref": "x"}}, {"value": {"ref": [1, 2]}}, {"value": {"ref": None}}, {"value": {"type": "exit"}}] * 50)
    harness.answer = lambda work: next(replies)
    def f(x): return -1`,
  ),
  attack(
    'values that are not what JSON has',
    () => source`
    import __main__ as harness
    def f(x):
        harness.outgoing.write(b'{"value": NaN, "passed": 5}\n{"value": 9, "value": 144}\n\xff\xfe\n\n{"value": 9}{"value": 9}\n')
        harness.outgoing.flush()
        return -1`,
  ),
  attack(
    'subclasses that say one thing and hold another',
    () => source`
    class Number(float):
        def __eq__(self, other): return True
        def __repr__(self): return "9.0"
        def __float__(self): return 9.0
    class Text(str):
        def __eq__(self, other): return True
        __hash__ = str.__hash__
    turn = iter([Number("nan"), Text("nine"), type("L", (list,), {"__eq__": lambda *a: True})(), complex(9, 1)] * 50)
    def f(x): return next(turn)`,
  ),
  attack(
    'an answer that is never at an end',
    () => source`
    class E(list):
        def __iter__(self): return iter(int, 1)
    def f(x):
        while True: yield E()`,
  ),
  attack(
    'limits raised',
    () => python`
    import resource; [resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)) for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_NPROC)]
    import os; os.nice(-20)
    import os; os.sched_setaffinity(0, range(os.cpu_count()))
    import ctypes; ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)
    import ctypes; ctypes.CDLL(None).personality(0x0040000)`,
  ),
]
