import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { rate, writeAtomic } from '@whetstone/core'
import { renderPng } from '@whetstone/reports'
import type { AcceptorBench } from './bench-acceptors.ts'
import { chartAcceptors } from './chart-acceptors.ts'
import type { FalsePromotions } from './simulate-runs.ts'

type Table = { title: string; head: string[]; rows: string[][] }

/** The bench as tables: a row an acceptor, a column a world. */
export function acceptorTables({ simulated, real, banks, power }: AcceptorBench): Table[] {
  const grid = (title: string, results: readonly FalsePromotions[]): Table => {
    const worlds = [...new Set(results.map(({ world }) => world))]
    return {
      title,
      head: ['acceptor', ...worlds],
      rows: [...Map.groupBy(results, ({ acceptor }) => acceptor)].map(([acceptor, own]) => [
        acceptor,
        ...worlds.map((world) => {
          const found = own.find((each) => each.world === world)
          return found ? rate(found.share) : ''
        }),
      ]),
    }
  }
  const settings = [...Map.groupBy(power, ({ n, discordance }) => `n ${n}, discordance ${discordance}`)]
  return [
    ...(simulated.length > 0
      ? [
          grid(
            `Runs of ${simulated[0]?.rounds} worthless candidates that promote any (${simulated[0]?.runs} runs each, simulated)`,
            simulated,
          ),
        ]
      : []),
    ...(real.length > 0
      ? [
          grid(
            `The same with real models that are not better than the incumbent (${real[0]?.runs} runs of ${real[0]?.rounds} rounds each)`,
            real,
          ),
        ]
      : []),
    ...(banks.length > 0
      ? [
          {
            title: 'Runs that ever serve a bank which costs 3 points',
            head: ['acceptor', 'runs'],
            rows: banks.map(({ acceptor, share }) => [acceptor, rate(share)]),
          },
        ]
      : []),
    ...settings.map(([title, rows]): Table => {
      const columns = [...new Set(rows.map(({ round, effect }) => `${round} ${effect}`))]
      return {
        title: `Power, %: ${title}; gains of 3, 5, 10 points at rounds 1, 10, 30`,
        head: [
          'rule',
          'rounds before',
          ...columns.map((column) => column.replace(' 0.', ': +').replace('+03', '+3').replace('+05', '+5').replace(/\+1$/, '+10')),
        ],
        rows: [...Map.groupBy(rows, ({ rule, history }) => `${rule}\n${history}`)].map(([key, own]) => [
          ...key.split('\n'),
          ...columns.map((column) => {
            const found = own.find(({ round, effect }) => `${round} ${effect}` === column)
            return found ? (100 * found.power).toFixed(0) : ''
          }),
        ]),
      }
    }),
  ]
}

export function showAcceptors(bench: AcceptorBench): string {
  return acceptorTables(bench)
    .map(({ title, head, rows }) => {
      const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => (row[i] as string).length)))
      const line = (cells: readonly string[]) =>
        cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number))).join('  ')
      return [title, line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
    })
    .join('\n\n')
}

/** Writes the tables into gate.md, between two marks that keep the words about them, and the chart beside it. */
export async function writeAcceptors(folder: string, bench: AcceptorBench): Promise<void> {
  const page = join(folder, 'gate.md')
  const [start, end] = ['<!-- tables: tools:bench --gate --docs writes these -->', '<!-- end of tables -->']
  const words = existsSync(page) ? readFileSync(page, 'utf8') : `# The gate, measured\n\n${start}\n${end}\n`
  const [before = '', rest = ''] = words.split(start)
  const after = rest.split(end)[1] ?? '\n'
  const tables = acceptorTables(bench).map(({ title, head, rows }) => {
    const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
    return [`### ${title}`, '', line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
  })
  writeAtomic(page, `${before}${start}\n\n${tables.join('\n\n')}\n\n${end}${after}`)
  writeAtomic(join(folder, 'gate.png'), await renderPng(chartAcceptors(bench)))
}
