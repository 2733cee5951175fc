/**
 * One flag: what it does, and what it takes (`true` or `false` when it takes nothing). A file is looked for where the user stands, then in the repository's root; an output is written where the user
 * stands; for JSON `-` is stdout (see write-result). Nx keeps --help --graph --verbose for itself: name flags otherwise.
 */
export type Flag = { about: string } & (
  | { type: 'string'; default?: string; choices?: readonly string[] }
  | { type: 'number'; default?: number; min?: number; max?: number; whole?: boolean }
  | { type: 'file'; default?: string }
  | { type: 'output' | 'json' }
  | { type: 'boolean' }
  /** May be given several times. */
  | { type: 'list' }
)
export type Flags = Record<string, Flag>
type ValueOf<F extends Flag> = F extends { type: 'boolean' }
  ? boolean
  : F extends { type: 'list' }
    ? string[]
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
