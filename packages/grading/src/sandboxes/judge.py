# Runs a task's tests and says which passed. The program under test is in another process: its functions appear here as remote objects,
# its results as plain values, so nothing that it defines (an equal-to-everything __eq__, a patched builtin) ever runs beside the tests.

import re

class Remote:
    """Something of the program's that is no plain value: it can be called, looked into and listed, and equals only itself."""
    __slots__ = ('reference',)

    def __init__(self, reference):
        object.__setattr__(self, 'reference', reference)

    def __call__(self, *arguments, **named):
        return ask('call', self.reference, encode(list(arguments), refer), encode(named, refer))

    def __getattr__(self, name):
        if name.startswith('__'):
            raise AttributeError(name)
        return ask('get', self.reference, name)

    def __setattr__(self, name, value):
        ask('set', self.reference, name, encode(value, refer))

    def __iter__(self):
        return iter(ask('list', self.reference))

    def __bool__(self):
        raise TypeError('an opaque object of the program has no truth value')

def refer(value):
    if type(value) is Remote:
        return object.__getattribute__(value, 'reference')
    raise TypeError('cannot send a ' + type(value).__name__ + ' to the program')

class Raised(Exception):
    """The program raised: what it was is told to the solver. Tests that expect a builtin exception see that builtin type."""

# Exceptions that end a loop in silence: `for got in map(f, cases)` takes a StopIteration of f for the end of the cases.
silent = (StopIteration, StopAsyncIteration)
raises = []

def ask(*request):
    send({'ask': request})
    return unpack(receive())

def unpack(reply):
    if 'error' in reply:
        kind = getattr(builtins, str(reply['error']), None)
        base = kind if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, silent) else Exception
        told = str(reply['error']) + ': ' + str(reply['message'])
        raises.append(told)
        # Some cannot be made from nothing (ExceptionGroup): an error of ours in its place might be one that the test expects.
        try:
            raised = type(str(reply['error']), (Raised, base), {'__init__': lambda self: None})()
        except Exception:
            raised = Raised()
        raised.told = told
        raise raised
    return decode(reply['value'], Remote)

# Only a test that says so may go on after an exception of the program's: one that was swallowed on the way passes nothing.
catches = re.compile(r'\b(?:except|suppress|raises|assertRaises\w*)\b')

def run(test, namespace, may_raise):
    del raises[:]
    try:
        exec(test, namespace)
        if raises and not may_raise:
            return {'passed': False, 'raised': raises[0]}
        return {'passed': True}
    except Raised as raised:
        return {'passed': False, 'raised': raised.told}
    except BaseException:
        return {'passed': False}

def judge(order):
    namespace = {'__name__': 'tests'}
    try:
        exec(compile(order['setup'], 'setup.py', 'exec'), namespace)
        tests = [compile(test, 'test.py', 'exec') for test in order['tests']]
    except BaseException as error:
        return {'broken': type(error).__name__ + ': ' + str(error)}
    program = unpack(order['program'])
    # Only the names that the task asks for: whatever else the program calls `len` or `sorted` must not reach the tests.
    namespace.update({name: program[name] for name in order['names']})
    of_setup = catches.search(order['setup']) is not None
    results = [run(test, namespace, of_setup or catches.search(source) is not None) for test, source in zip(tests, order['tests'])]
    failed = [result for result in results if not result['passed']]
    return {'passed': len(results) - len(failed), 'raised': failed[0].get('raised') if failed else None}

send('ready')
while True:
    send(judge(receive()))
