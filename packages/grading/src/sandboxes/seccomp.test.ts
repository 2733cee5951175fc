import { suite } from 'uvu'
import * as assert from 'uvu/assert'
import { seccompFilter } from './seccomp.ts'

const test = suite('seccomp')
const [allow, EPERM, ENOSYS] = [0x7fff0000, 0x00050001, 0x00050026]
const audit: Record<string, number> = { x64: 0xc000003e, arm64: 0xc00000b7 }

/**
 * Runs a filter on one system call as the kernel does: a machine of one accumulator (classic BPF, the instructions that the filter uses).
 */
function verdict(filter: Uint8Array, call: { arch: number; number: number; argument?: number }): number {
  const code = Buffer.from(filter)
  const data: Record<number, number> = { 0: call.number, 4: call.arch, 16: call.argument ?? 0 }
  let accumulator = 0
  for (let at = 0; ; at++) {
    const [operation, ifTrue, ifFalse, k] = [
      code.readUInt16LE(at * 8),
      code.readUInt8(at * 8 + 2),
      code.readUInt8(at * 8 + 3),
      code.readUInt32LE(at * 8 + 4),
    ]
    if (operation === 0x06) return k
    if (operation === 0x20) accumulator = data[k] as number
    else if (operation === 0x15) at += accumulator === k ? ifTrue : ifFalse
    else if (operation === 0x35) at += accumulator >= k ? ifTrue : ifFalse
    else if (operation === 0x45) at += (accumulator & k) !== 0 ? ifTrue : ifFalse
    else throw new Error(`unknown operation ${operation}`)
  }
}

const cases: [arch: 'x64' | 'arm64', name: string, number: number, argument: number, expected: number][] = [
  ['x64', 'read', 0, 0, allow],
  ['x64', 'exit_group', 231, 0, allow],
  ['x64', 'clone of a thread', 56, 0x3d0f00, allow],
  ['x64', 'clone of a process', 56, 17, EPERM],
  ['x64', 'fork', 57, 0, EPERM],
  ['x64', 'socket', 41, 0, EPERM],
  ['x64', 'shmget', 29, 0, EPERM],
  ['x64', 'io_uring_setup', 425, 0, EPERM],
  ['x64', 'clone3', 435, 0, ENOSYS],
  ['x64', 'read by the x32 ABI', 0x40000000, 0, EPERM],
  ['x64', 'prctl for a name', 157, 15, allow],
  ['x64', 'prctl for the death signal', 157, 1, EPERM],
  ['arm64', 'prctl for the death signal', 167, 1, EPERM],
  ['arm64', 'read', 63, 0, allow],
  ['arm64', 'clone of a thread', 220, 0x3d0f00, allow],
  ['arm64', 'clone of a process', 220, 17, EPERM],
  ['arm64', 'socket', 198, 0, EPERM],
  ['arm64', 'shmget', 194, 0, EPERM],
]
for (const [arch, name, number, argument, expected] of cases)
  test(`${arch}: ${name}`, () =>
    assert.is(verdict(seccompFilter(arch) as Uint8Array, { arch: audit[arch] as number, number, argument }), expected))

test('calls of another architecture are refused', () =>
  assert.is(verdict(seccompFilter('x64') as Uint8Array, { arch: audit['arm64'] as number, number: 0 }), EPERM))
test('no table, no filter', () => assert.is(seccompFilter('mips'), null))

test.run()
