import { cutLine, lineText, padLine } from './terminal-text.ts'
import { visibleText } from './visible-text.ts'

/** A count that is being worked off. Call `done` in a finally. */
export type Progress = { advance(by?: number): void; note(text: string): void; done(): void }

/** Width of the label's column: longer labels are cut, so that what follows stays in its place. */
const labelled = 27

const bar = (fraction: number, width = 20) => {
  const filled = Math.round(Math.min(1, fraction) * width)
  return '█'.repeat(filled) + '░'.repeat(width - filled)
}

/** Seconds as `8s`, `3m05s` or `2h07m`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole}s`
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`
  return `${Math.floor(whole / 3600)}h${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}m`
}

/** One line on stderr with count, rate and time left: redrawn in place on a terminal, and once in fifteen seconds elsewhere. Quiet under WHETSTONE_PROGRESS=none. */
export function startProgress(label: string, total: number, unit = ''): Progress {
  const started = performance.now()
  const terminal = process.stderr.isTTY === true
  let count = 0
  let extra = ''
  let drawn = terminal ? 0 : started
  const draw = (last: boolean) => {
    const now = performance.now()
    if (process.env['WHETSTONE_PROGRESS'] === 'none' || (!last && now - drawn < (terminal ? 100 : 15_000))) return
    const seconds = (now - started) / 1000
    const rate = count / Math.max(seconds, 1e-9)
    const left = last || rate === 0 ? '' : `, ${duration((total - count) / rate)} left`
    const name = padLine(cutLine(lineText(label), labelled), labelled)
    // bars are for eyes: a pipe or a log gets the numbers
    const text = `  ${name} ${terminal ? `${bar(total ? count / total : 1, 10)} ` : ''}${count}/${total}${unit && ` ${unit}`}  ${rate >= 10 ? rate.toFixed(0) : rate.toFixed(1)}/s  ${duration(seconds)}${left}${extra && `  ${extra}`}`
    const columns = process.stderr.columns || 80
    if (terminal) process.stderr.write(`\r\x1b[2K${cutLine(visibleText(text), columns - 1)}${last ? '\n' : ''}`)
    else if (!last || seconds > 2) process.stderr.write(`${text}\n`)
    drawn = now
  }
  return {
    advance(by = 1) {
      count += by
      draw(false)
    },
    note(text) {
      extra = text
      draw(false)
    },
    done: () => draw(true),
  }
}
