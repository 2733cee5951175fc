import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { BadInput, runTool, startProgress } from '@whetstone/core'

/** Words of a command in which {names} stand for values. No shell reads it: each word stays one argument, whatever its value holds. */
export function fillCommand(command: readonly string[], values: Readonly<Record<string, string>>, setting: string): string[] {
  return command.map((word) =>
    word.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name]
      if (value === undefined)
        throw new BadInput(
          `${setting}: ${whole} stands for nothing. Known: ${Object.keys(values)
            .map((each) => `{${each}}`)
            .join(', ')}`,
        )
      return value
    }),
  )
}

/** The last loss and step that a trainer told, and how many steps it is to make. */
export type Told = { step: number | null; total: number | null; loss: number | null }

/** What a line of a trainer's log tells: JSON rows of ours and of LLaMA-Factory, and the dictionaries that Hugging Face's Trainer prints. */
export function readProgress(line: string): { [name in keyof Told]?: number | undefined } {
  const row = /\{.*\}/.exec(line)?.[0]
  if (row === undefined) return {}
  const number = (...names: string[]) => {
    for (const name of names) {
      const found = new RegExp(`['"]${name}['"]\\s*:\\s*['"]?(-?[\\d.]+(?:e[-+]?\\d+)?)`, 'i').exec(row)?.[1]
      if (found !== undefined && Number.isFinite(Number(found))) return Number(found)
    }
    return undefined
  }
  return {
    step: number('current_steps', 'global_step', 'step', 'iteration'),
    total: number('total_steps', 'max_steps'),
    loss: number('loss', 'train_loss', 'final_loss'),
  }
}

/** Runs somebody's training command and follows what it prints and what it appends to `log` as our own progress. */
export async function runTrainer(run: {
  command: readonly string[]
  cwd: string
  env?: Record<string, string> | undefined
  /** A file that the trainer appends rows to. */
  log: string
  logFile?: string | undefined
  label: string
  timeout?: number | undefined
  signal?: AbortSignal | undefined
}): Promise<Told> {
  const [file, ...args] = run.command as [string, ...string[]]
  const told: Told = { step: null, total: null, loss: null }
  let progress: ReturnType<typeof startProgress> | null = null
  let shown = 0
  const take = (line: string) => {
    const { step, total, loss } = readProgress(line)
    if (loss !== undefined) told.loss = loss
    if (total !== undefined) told.total = total
    if (step === undefined) return
    told.step = step
    if (told.total === null) return
    progress ??= startProgress(run.label, told.total, 'steps')
    if (told.loss !== null) progress.note(`loss ${told.loss.toFixed(3)}`)
    if (step > shown) progress.advance(step - shown)
    shown = Math.max(shown, step)
  }
  const follow = follower(run.log, take)
  const timer = setInterval(follow, 500)
  try {
    const printed = await runTool({
      file,
      args,
      cwd: run.cwd,
      env: run.env,
      logFile: run.logFile,
      timeout: run.timeout,
      signal: run.signal,
      onStderr: take,
    })
    for (const line of printed.split('\n')) take(line)
    follow()
  } finally {
    clearInterval(timer)
    ;(progress as ReturnType<typeof startProgress> | null)?.done()
  }
  return told
}

/** Reads what has been appended to a file since the last call, whole lines only. */
function follower(file: string, take: (line: string) => void): () => void {
  let at = 0
  let rest = ''
  return () => {
    if (!existsSync(file)) return
    const handle = openSync(file, 'r')
    try {
      const buffer = Buffer.alloc(1 << 16)
      for (let bytes = readSync(handle, buffer, 0, buffer.length, at); bytes > 0; bytes = readSync(handle, buffer, 0, buffer.length, at)) {
        at += bytes
        const lines = (rest + buffer.toString('utf8', 0, bytes)).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) take(line)
      }
    } finally {
      closeSync(handle)
    }
  }
}

/** Refuses what is no GGUF: a command that ended well may have written something else, or nothing. */
export function checkMagic(file: string, setting: string): void {
  if (!existsSync(file)) throw new BadInput(`${setting} ended well and left no ${file}: it must write its GGUF there`)
  const handle = openSync(file, 'r')
  try {
    const head = Buffer.alloc(4)
    readSync(handle, head, 0, 4, 0)
    if (head.toString('latin1') !== 'GGUF') throw new BadInput(`${setting}: ${file} is no GGUF file: does it convert what was trained?`)
  } finally {
    closeSync(handle)
  }
}
