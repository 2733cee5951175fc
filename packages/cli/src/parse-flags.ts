import { parseArgs } from 'node:util'
import { BadInput, suggest } from '@whetstone/core'
import type { Command, Flag } from './command.ts'
import { fromHere, toHere } from './here.ts'

/** Parses `--name=value`, `--name value`, `--name` and `--no-name`; an unknown flag or a value that does not fit names the flag and what is known. */
export function parseFlags(name: string, command: Command, argv: readonly string[]): Record<string, unknown> & { _: string[] } {
  const { flags } = command
  const values: Record<string, unknown> & { _: string[] } = { _: [] }
  for (const [flag, spec] of Object.entries(flags))
    values[flag] = spec.type === 'boolean' ? false : spec.type === 'list' ? [] : 'default' in spec ? spec.default : undefined
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(Object.entries(flags).map(([flag, { type }]) => [flag, { type: type === 'boolean' ? type : 'string' }])),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const given = new Set<string>()
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    if (token.kind === 'positional') {
      if (!command.positional) throw new BadInput(`${name} does not know what to do with "${token.value}": ${known(token.value, flags)}`)
      values._.push(token.value)
      continue
    }
    const negated = token.name.startsWith('no-') && !(token.name in flags)
    const flag = negated ? token.name.slice(3) : token.name
    const spec = Object.hasOwn(flags, flag) ? flags[flag] : undefined
    if (!spec || (negated && spec.type !== 'boolean'))
      throw new BadInput(`${name} has no flag ${token.rawName}: ${known(token.rawName, flags)}`)
    if (spec.type === 'boolean') {
      if (token.value !== undefined && !/^(true|false)$/.test(token.value))
        throw new BadInput(`--${flag} takes no value, got "${token.value}"`)
      values[flag] = negated ? false : token.value !== 'false'
      continue
    }
    if (given.has(flag) && spec.type !== 'list') throw new BadInput(`--${flag} is given twice: once is enough`)
    given.add(flag)
    const text = token.value
    if (text === undefined || text === '' || (!token.inlineValue && text.startsWith('--')))
      throw new BadInput(`--${flag} needs a value: --${flag}=…  (${spec.about})`)
    if (spec.type === 'list') (values[flag] as string[]).push(text)
    else values[flag] = readValue(flag, text, spec)
  }
  return values
}

const known = (word: string, flags: Command['flags']) =>
  suggest(
    word,
    Object.keys(flags).map((flag) => `--${flag}`),
    'flags',
  )

function readValue(flag: string, text: string, spec: Exclude<Flag, { type: 'boolean' | 'list' }>): string | number {
  if (text.includes('\0')) throw new BadInput(`--${flag} holds a NUL character: leave it out`)
  if (spec.type === 'number') return readNumber(flag, text, spec)
  if (spec.type === 'file') return fromHere(text)
  if (spec.type === 'json' && text === '-') return text
  if (spec.type !== 'string') return toHere(text)
  if (spec.type === 'string' && spec.choices && !spec.choices.includes(text))
    throw new BadInput(`--${flag} cannot be ${JSON.stringify(text)}: ${suggest(text, spec.choices, 'choices')}`)
  return text
}

/** Counts and seeds, where a flag says nothing else. */
const mostByDefault = 2 ** 31 - 1

function readNumber(flag: string, text: string, spec: Flag & { type: 'number' }): number {
  const { whole = true, min = 0, max = whole ? mostByDefault : Infinity } = spec
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : NaN
  if (!Number.isFinite(value) || value < min || value > max || (whole && !Number.isInteger(value)))
    throw new BadInput(
      `--${flag} takes a ${whole ? 'whole ' : ''}number from ${min}${max < Infinity ? ` to ${max}` : ''}, got ${JSON.stringify(text)}`,
    )
  return value
}
