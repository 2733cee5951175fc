# Holds the program under test and does what the judge asks: call, get, set, list. Everything here is within the program's reach, and
# nothing here decides anything: the tests and the verdict are in another process.
import types

objects = []

def refer(value):
    objects.append(value)
    return len(objects) - 1

def dereference(reference):
    return objects[reference]

def answer(work):
    try:
        return {'value': encode(work(), refer)}
    except BaseException as error:
        return {'error': type(error).__name__, 'message': str(error)[:300]}

def load(sources, names):
    module = types.ModuleType('solution')
    sys.modules['solution'] = module
    for source in sources:
        exec(compile(source, 'solution.py', 'exec'), module.__dict__)
    for name in names:
        if name not in module.__dict__:
            raise NameError(name + ' is not defined')
    return {name: module.__dict__[name] for name in names}

def perform(operation, target, *rest):
    value = objects[target]
    if operation == 'call':
        arguments, named = (decode(part, dereference) for part in rest)
        return value(*arguments, **named)
    if operation == 'get':
        return getattr(value, rest[0])
    if operation == 'set':
        return setattr(value, rest[0], decode(rest[1], dereference))
    return list(value)

send('ready')
order = receive()
send(answer(lambda: load(order['sources'], order['names'])))
while True:
    request = receive()
    send(answer(lambda: perform(*request)))
