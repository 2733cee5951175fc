import { wrap } from '@whetstone/reports/tables/wrap.ts'
import type { Command, Flag } from './command.ts'

/** More choices than fit beside a flag stand behind its description. */
const listed = (spec: Flag): boolean => spec.type === 'string' && (spec.choices?.join('|').length ?? 0) > 40

const taken = (spec: Flag): string => {
  if (spec.type === 'boolean') return ''
  if (spec.type === 'list') return '=NAME=VALUE'
  if (spec.type === 'number') return '=N'
  if (spec.type === 'string') return `=${spec.choices === undefined ? 'TEXT' : listed(spec) ? 'NAME' : spec.choices.join('|')}`
  return spec.type === 'json' ? '=FILE|-' : '=FILE'
}

export const exitCodes = 'Exit codes: 0 the work was done, whatever was decided; 1 refused or failed, and stderr says why; 130 interrupted.'

/** Prints a command's page: what it does, its flags with defaults, examples. */
export function showHelp(name: string, command: Command): void {
  const rows = Object.entries(command.flags).map(([flag, spec]) => {
    const initial = 'default' in spec && spec.default !== undefined ? ` (default ${spec.default})` : ''
    const choices = listed(spec) && 'choices' in spec ? `: ${spec.choices?.join(', ')}` : ''
    return [`  --${flag}${taken(spec)}`, `${spec.about}${initial}${choices}`] as const
  })
  const width = Math.min(34, Math.max(0, ...rows.map(([left]) => left.length)) + 2)
  const usage = `npx nx run ${name}${command.positional ? ` ${command.positional.name}` : ''}${rows.length ? ' [--flag=value …]' : ''}`
  console.log(
    [
      wrap(`${name}: ${command.about}`),
      '',
      `Usage: ${usage}`,
      ...(command.positional ? ['', wrap(`${command.positional.name}: ${command.positional.about}`, '  ')] : []),
      ...(rows.length
        ? [
            '',
            ...rows.map(([left, right]) => {
              const beside = wrap(right, ' '.repeat(width))
              return left.length < width ? left.padEnd(width) + beside.slice(width) : `${left}\n${beside}`
            }),
          ]
        : []),
      '',
      'Examples:',
      ...command.examples.map((line) => `  ${line}`),
      '',
      wrap(exitCodes),
    ].join('\n'),
  )
}
