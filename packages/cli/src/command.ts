import { BadInput } from '@whetstone/core'

/** One flag: what it does, and what it takes (`true` or `false` when it takes nothing). Nx keeps --help --verbose --exclude --graph --parallel --args --env --cwd --color for itself: name flags otherwise. */
export type Flag = { about: string } & (
  | { type: 'string'; default?: string; choices?: readonly string[] }
  | { type: 'number'; default?: number; min?: number; max?: number; whole?: boolean }
  | { type: 'boolean' }
)
export type Flags = Record<string, Flag>
type ValueOf<F extends Flag> = F extends { type: 'boolean' }
  ? boolean
  : F extends { type: 'number' }
    ? F extends { default: number }
      ? number
      : number | undefined
    : F extends { default: string }
      ? string
      : string | undefined
export type Values<F extends Flags> = { [K in keyof F]: ValueOf<F[K]> }

/** One command: a file `commands/<project>/<target>.ts` whose default export this is, named after the Nx target that runs it. */
export type Command = {
  about: string
  examples: readonly string[]
  flags: Flags
  /** Name and meaning of what may stand without a flag, e.g. `action`. */
  positional?: { name: string; about: string }
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  run(values: any, signal: AbortSignal): Promise<void>
}

/** Ties a command's flags to the type of the values it is run with. */
export function defineCommand<const F extends Flags>(
  command: Omit<Command, 'flags' | 'run'> & { flags: F; run(values: Values<F> & { _: string[] }, signal: AbortSignal): Promise<void> },
): Command {
  return command
}

/** Parses `--name=value`, `--name value`, `--name` and `--no-name`; an unknown flag or a value that does not fit names what is known. */
export function parseFlags(name: string, command: Command, argv: readonly string[]): Record<string, unknown> & { _: string[] } {
  const values: Record<string, unknown> & { _: string[] } = { _: [] }
  for (const [flag, spec] of Object.entries(command.flags)) values[flag] = spec.type === 'boolean' ? false : spec.default
  const known = Object.keys(command.flags)
    .map((flag) => `--${flag}`)
    .join(' ')
  for (let i = 0; i < argv.length; i++) {
    const arg = argv[i] as string
    if (!arg.startsWith('--')) {
      if (!command.positional) throw new BadInput(`${name} does not know what to do with "${arg}". Flags: ${known || 'none'}`)
      values._.push(arg)
      continue
    }
    const [, raw = '', inline] = /^--([^=]+)(?:=([\s\S]*))?$/.exec(arg) ?? []
    const negated = raw.startsWith('no-') && !(raw in command.flags)
    const flag = negated ? raw.slice(3) : raw
    const spec = command.flags[flag]
    if (!spec || (negated && spec.type !== 'boolean')) throw new BadInput(`${name} has no flag --${raw}. Flags: ${known || 'none'}`)
    if (spec.type === 'boolean') {
      if (inline !== undefined && !/^(true|false)$/.test(inline)) throw new BadInput(`--${flag} takes no value, got "${inline}"`)
      values[flag] = negated ? false : inline !== 'false'
      continue
    }
    const text = inline ?? argv[++i]
    if (text === undefined || (inline === undefined && text.startsWith('--')))
      throw new BadInput(`--${flag} needs a value: --${flag}=…  (${spec.about})`)
    values[flag] = spec.type === 'number' ? parseNumber(flag, text, spec) : parseText(flag, text, spec)
  }
  return values
}

function parseText(flag: string, text: string, spec: Flag & { type: 'string' }): string {
  if (spec.choices && !spec.choices.includes(text)) throw new BadInput(`--${flag} is one of ${spec.choices.join(', ')}, got "${text}"`)
  return text
}

function parseNumber(flag: string, text: string, spec: Flag & { type: 'number' }): number {
  const value = Number(text)
  const { min = -Infinity, max = Infinity, whole = true } = spec
  if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max || (whole && !Number.isInteger(value)))
    throw new BadInput(
      `--${flag} takes a ${whole ? 'whole ' : ''}number${min > -Infinity ? ` from ${min}` : ''}${max < Infinity ? ` to ${max}` : ''}, got "${text}"`,
    )
  return value
}

/** Prints a command's page: what it does, its flags with defaults, examples. */
export function showHelp(name: string, command: Command): void {
  const rows = Object.entries(command.flags).map(([flag, spec]) => {
    const value = spec.type === 'boolean' ? '' : `=${spec.type === 'number' ? 'N' : spec.choices ? spec.choices.join('|') : 'TEXT'}`
    const initial = spec.type !== 'boolean' && spec.default !== undefined ? ` (default ${spec.default})` : ''
    return [`  --${flag}${value}`, `${spec.about}${initial}`] as const
  })
  const width = Math.min(34, Math.max(0, ...rows.map(([left]) => left.length)) + 2)
  const usage = `npx nx run ${name}${command.positional ? ` ${command.positional.name}` : ''}${rows.length ? ' [--flag=value …]' : ''}`
  console.log(
    [
      `${name}: ${command.about}`,
      '',
      `Usage: ${usage}`,
      ...(command.positional ? ['', `  ${command.positional.name}: ${command.positional.about}`] : []),
      ...(rows.length
        ? ['', ...rows.map(([left, right]) => (left.length < width ? left.padEnd(width) + right : `${left}\n${' '.repeat(width)}${right}`))]
        : []),
      '',
      'Examples:',
      ...command.examples.map((line) => `  ${line}`),
    ].join('\n'),
  )
}
