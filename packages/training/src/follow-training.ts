import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { startProgress, type Progress } from '@whetstone/core'

/** Between two looks at the trainer's measurements, in milliseconds. */
const pause = 300

type Row = { step?: number; steps?: number; loss?: number; val_loss?: number; tokens_per_second?: number }

/** Shows a training's course (steps, loss, rate, time left) from the measurements that the trainer appends to a file; rows of an earlier sitting do not count. Call `done` in a finally. */
export function followTraining(file: string, label = 'training'): { done(): void } {
  const size = () => statSync(file, { throwIfNoEntry: false })?.size ?? 0
  let read = size()
  let partial = ''
  let progress: Progress | null = null
  let at = 0
  let heldOut = ''
  const show = ({ step, steps, loss, val_loss: held, tokens_per_second: speed }: Row) => {
    if (typeof held === 'number') heldOut = `, held-out ${held.toFixed(4)}`
    if (typeof step !== 'number' || typeof steps !== 'number' || typeof loss !== 'number') return
    if (!progress) {
      at = step - 1
      progress = startProgress(label, steps - at, 'steps')
    }
    progress.note(`loss ${loss.toFixed(4)}${heldOut}${typeof speed === 'number' ? `, ${Math.round(speed)} tok/s` : ''}`)
    progress.advance(step - at)
    at = step
  }
  const look = () => {
    const now = size()
    // a trainer that begins anew begins its file anew
    if (now < read) {
      read = 0
      partial = ''
    }
    if (now === read) return
    const bytes = Buffer.alloc(now - read)
    const handle = openSync(file, 'r')
    try {
      read += readSync(handle, bytes, 0, bytes.length, read)
    } finally {
      closeSync(handle)
    }
    const lines = (partial + bytes.toString('utf8')).split('\n')
    partial = lines.pop() ?? ''
    for (const line of lines) {
      try {
        show(JSON.parse(line) as Row)
      } catch {
        // a line that is no row: the trainer itself says what went wrong
      }
    }
  }
  const timer = setInterval(look, pause)
  return {
    done() {
      clearInterval(timer)
      look()
      progress?.done()
    },
  }
}
