import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { BadInput, explainSystemError, nearest, readEnv, redact, root, suggest, visibleText } from '@whetstone/core'
import { wrap } from '@whetstone/reports/tables/wrap.ts'
import type { Command } from './command.ts'
import { parseFlags } from './parse-flags.ts'
import { showHelp } from './show-help.ts'
import { reportFault } from './report-fault.ts'
import { keepStdoutForResult, sayWritten } from './write-result.ts'

const folder = join(import.meta.dirname, 'commands')

/** Names of all commands, `project:target`: the folder listing of commands/ is the registry. */
export function commandNames(): string[] {
  return readdirSync(folder)
    .flatMap((project) => readdirSync(join(folder, project)).map((file) => `${project}:${file}`))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -3))
    .sort()
}

export async function loadCommand(name: string): Promise<Command> {
  const file = join(folder, ...name.split(':')) + '.ts'
  if (!/^[a-z]+:[a-z0-9-]+$/.test(name) || !existsSync(file))
    throw new BadInput(`No command ${JSON.stringify(name)}: ${suggestCommand(name)}`)
  return ((await import(file)) as { default: Command }).default
}

/** The command of a name that needs no project: `trace` is datasets:trace; undefined where none or several are called so. */
export function commandCalled(target: string): string | undefined {
  const found = commandNames().filter((each) => each.split(':')[1] === target)
  return found.length === 1 ? found[0] : (found.find((each) => each.startsWith('loops:')) ?? undefined)
}

/** A misspelt command: of its own project, else of any. */
function suggestCommand(name: string): string {
  const names = commandNames()
  const [project, target = ''] = name.includes(':') ? name.split(':') : ['', name]
  const elsewhere = names.filter((each) => each.split(':')[1] === target)
  if (elsewhere.length > 0) return `did you mean ${elsewhere.map((each) => `"${each}"`).join(' or ')}? commands: npx nx run loops:help`
  const own = names.filter((each) => each.startsWith(`${project}:`))
  const near =
    nearest(name, own) ??
    nearest(
      target,
      names.map((each) => each.split(':')[1] as string),
    )
  const meant = near && (near.includes(':') ? near : commandCalled(near))
  return meant ? `did you mean "${meant}"? commands: npx nx run loops:help` : suggest(name, names, 'commands')
}

/** What commands print may quote model output, memories and files: no character of it moves the cursor, renames the window or hides another. */
function showOnlyText(): void {
  const log = console.log.bind(console)
  console.log = (...args: unknown[]) => log(...args.map((arg) => (typeof arg === 'string' ? visibleText(redact(arg)) : arg)))
  const write = process.stderr.write.bind(process.stderr) as (...given: unknown[]) => boolean
  process.stderr.write = (text: unknown, ...rest: unknown[]) => write(typeof text === 'string' ? messageText(text) : text, ...rest)
}

/** An error for people in lines of a terminal; a program that reads it gets one line. */
const forTerminal = (message: string): string =>
  process.stderr.isTTY
    ? message
        .split('\n')
        .map((line) => wrap(line))
        .join('\n')
    : message

/** A message as the terminal gets it: of what acts there only our own redrawing of a line, at its beginning. */
export function messageText(text: string): string {
  // eslint-disable-next-line no-control-regex
  const [redraw] = /^(?:\r|\u001b\[2K)*/.exec(text) as [string]
  return redraw + visibleText(redact(text.slice(redraw.length)))
}

/** Runs one command line to its end and sets the process's exit code: 0 done, whatever was decided; 1 refused or failed; 130 interrupted. */
export async function main([name = 'loops:help', ...argv]: string[]): Promise<void> {
  const abort = new AbortController()
  let stopped = 0
  const stop = () => {
    if (abort.signal.aborted) {
      // A second Ctrl-C does not wait. One press may come twice: from the terminal, and through npm and Nx.
      if (performance.now() - stopped > 1000) process.exit(130)
      return
    }
    stopped = performance.now()
    // In the place of the progress that was drawn there; none is drawn from now on.
    process.env['WHETSTONE_PROGRESS'] = 'none'
    process.stderr.write(
      `${process.stderr.isTTY ? '\r\x1b[2K' : ''}Stopping: what was done is kept, and the same command goes on from there\n`,
    )
    abort.abort(new Error('interrupted'))
  }
  process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', stop)
  // The terminal that we wrote to may be gone.
  process.stderr.on('error', () => {})
  if (process.channel) {
    process.on('disconnect', stop) // Nx, which started us, is gone
    process.channel.unref()
  }
  // Whoever reads our output may stop reading (head, a pager).
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  showOnlyText()
  try {
    readEnv()
    const command = await loadCommand(name)
    if (argv.includes('--help') || argv.includes('-h')) return showHelp(name, command)
    const values = parseFlags(name, command, argv)
    process.chdir(root)
    if (Object.entries(command.flags).some(([flag, { type }]) => type === 'json' && values[flag] === '-')) keepStdoutForResult()
    await command.run(values, abort.signal)
    const wrote = sayWritten()
    if (wrote !== null) console.log(wrap(wrote))
    if (abort.signal.aborted) process.exitCode = 130
  } catch (error) {
    process.exitCode = 1
    const explained = explainSystemError(error)
    if (abort.signal.aborted) process.exitCode = 130
    else if (explained instanceof BadInput) process.stderr.write(`${forTerminal(visibleText(explained.message))}\n`)
    else {
      const file = reportFault(name, argv, error)
      process.stderr.write(
        `${visibleText(redact((error as Error).stack ?? String(error)))}\nThis is a fault of Whetstone's own or of a tool it calls; the same command resumes where it stopped${file ? `. To have it mended, send ${file} (it holds the command, versions and what is above, no keys)` : ''}\n`,
      )
    }
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', stop).off('disconnect', stop)
  }
  // Native add-ons (LanceDB, node-llama-cpp) may keep threads that would hold the process open.
  // oxlint-disable-next-line escapes/output -- nothing, to hear when all is out
  await new Promise<void>((drained) => process.stdout.write('', () => drained()))
  process.exit()
}
