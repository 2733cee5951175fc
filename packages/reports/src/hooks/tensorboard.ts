import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomic } from '@whetstone/core'
import { runFiles } from '@whetstone/runs'
import { metricsOf, type Hook } from '../run-event.ts'

/**
 * An event file for each round in reports/<run>/tensorboard: `tensorboard --logdir reports/tiny/tensorboard`. Written in the format that TensorFlow documents (TFRecord frames of the Event protocol buffer), by no
 * library of theirs: figures over rounds, the training's course over its steps.
 */
const hook: Hook = {
  name: 'tensorboard',
  about: 'event files in reports/<run>/tensorboard, for tensorboard --logdir',
  async hear({ run, round, training, time }) {
    const folder = join(runFiles(run).reports, 'tensorboard')
    mkdirSync(folder, { recursive: true })
    const at = time.getTime() / 1000
    const course = training.flatMap(({ step, loss, heldOut, learningRate, gradientNorm }) =>
      Object.entries({ loss, held_out_loss: heldOut, learning_rate: learningRate, gradient_norm: gradientNorm }).flatMap(([name, value]) =>
        value === undefined ? [] : [scalar(at, step, `training/round-${round.round}/${name}`, value)],
      ),
    )
    const figures = [...metricsOf(round)].map(([name, value]) => scalar(at, round.round, name, value))
    writeAtomic(
      join(
        folder,
        `events.out.tfevents.${String(Math.floor(at)).padStart(10, '0')}.whetstone.round-${String(round.round).padStart(3, '0')}`,
      ),
      Buffer.concat([
        frame(Buffer.concat([double(1, at), bytes(3, Buffer.from('brain.Event:2'))])),
        ...figures.map(frame),
        ...course.map(frame),
      ]),
    )
  },
}
export default hook

/** Event{wall_time = 1, step = 2, summary = 5}; Summary{value = 1}; Value{tag = 1, simple_value = 2}. */
const scalar = (time: number, step: number, tag: string, value: number): Buffer => {
  const one = Buffer.concat([bytes(1, Buffer.from(tag)), float(2, value)])
  return Buffer.concat([double(1, time), Buffer.concat([varint((2 << 3) | 0), varint(step)]), bytes(5, bytes(1, one))])
}

function varint(value: number): Buffer {
  const out: number[] = []
  let left = value
  for (; left > 127; left = Math.floor(left / 128)) out.push((left % 128) | 128)
  out.push(left)
  return Buffer.from(out)
}
const bytes = (field: number, content: Buffer) => Buffer.concat([varint((field << 3) | 2), varint(content.length), content])
function double(field: number, value: number): Buffer {
  const out = Buffer.alloc(8)
  out.writeDoubleLE(value)
  return Buffer.concat([varint((field << 3) | 1), out])
}
function float(field: number, value: number): Buffer {
  const out = Buffer.alloc(4)
  out.writeFloatLE(value)
  return Buffer.concat([varint((field << 3) | 5), out])
}

/** TFRecord: length (8 bytes), its masked CRC-32C, the data, its masked CRC-32C. */
function frame(data: Buffer): Buffer {
  const head = Buffer.alloc(8)
  head.writeBigUInt64LE(BigInt(data.length))
  return Buffer.concat([head, masked(head), data, masked(data)])
}
function masked(data: Buffer): Buffer {
  const crc = crc32c(data)
  const out = Buffer.alloc(4)
  out.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0)
  return out
}

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1
  return value
})
/** CRC-32C (Castagnoli), reflected. */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of data) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 255] as number)
  return ~crc >>> 0
}
