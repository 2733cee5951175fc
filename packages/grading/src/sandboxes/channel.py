# The channel and the language of values that judge.py and program.py share; put in front of either. One message is one line of JSON.
# Plain values cross by value: None, bool, str, small int and list as themselves, the other builtin types as an object with one key that
# names the type.
# What is no plain value crosses as an opaque reference {"ref": n} which only its owner can look into.
import builtins, io, json, os, sys

incoming = os.fdopen(os.dup(0), 'rb')
outgoing = os.fdopen(os.dup(1), 'wb')

# What the program prints goes nowhere, and it reads an empty input. Descriptors 0 and 1 become stderr, so that a stray write cannot spoil
# a message.
class Nowhere(io.RawIOBase):
    def writable(self):
        return True

    def write(self, content):
        return len(content)

os.dup2(2, 0)
os.dup2(2, 1)
sys.stdin = io.TextIOWrapper(io.BytesIO())
sys.stdout = sys.stderr = io.TextIOWrapper(io.BufferedWriter(Nowhere()))

def receive():
    line = incoming.readline()
    if not line:
        os._exit(0)
    return json.loads(line)

def send(message):
    outgoing.write(json.dumps(message).encode() + b'\n')
    outgoing.flush()

def encode(value, refer):
    if value is None or value is True or value is False:
        return value
    # A subclass is flattened by the base type's own methods, so that no overridden __eq__ or __iter__ reaches the other side.
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        plain = int.__index__(value)
        return plain if -(2 ** 53) < plain < 2 ** 53 else {'int': hex(plain)}
    if isinstance(value, float):
        return {'float': float.__repr__(value)}
    if isinstance(value, list):
        return [encode(item, refer) for item in list.__iter__(value)]
    if isinstance(value, tuple):
        return {'tuple': [encode(item, refer) for item in tuple.__iter__(value)]}
    if isinstance(value, dict):
        return {'dict': [[encode(key, refer), encode(item, refer)] for key, item in dict.items(value)]}
    if isinstance(value, set):
        return {'set': [encode(item, refer) for item in set.__iter__(value)]}
    if isinstance(value, frozenset):
        return {'frozenset': [encode(item, refer) for item in frozenset.__iter__(value)]}
    if isinstance(value, (bytes, bytearray)):
        return {'bytes': bytes(value).hex()}
    if isinstance(value, complex):
        return {'complex': [float.__repr__(value.real), float.__repr__(value.imag)]}
    if isinstance(value, type) and value is getattr(builtins, value.__name__, None):
        return {'type': value.__name__}
    return {'ref': refer(value)}

def decode(value, dereference):
    if isinstance(value, list):
        return [decode(item, dereference) for item in value]
    if not isinstance(value, dict):
        return value
    (kind, content), = value.items()
    if kind == 'int':
        return int(content, 16)
    if kind == 'float':
        return float(content)
    if kind == 'dict':
        return {decode(key, dereference): decode(item, dereference) for key, item in content}
    if kind in ('tuple', 'set', 'frozenset'):
        return getattr(builtins, kind)(decode(item, dereference) for item in content)
    if kind == 'bytes':
        return bytes.fromhex(content)
    if kind == 'complex':
        return complex(*map(float, content))
    if kind == 'type' and isinstance(getattr(builtins, content), type):
        return getattr(builtins, content)
    if kind == 'ref':
        return dereference(content)
    raise ValueError('unknown kind of value')
