import type { Funnel } from '@whetstone/core'

type FunnelSection = { title: string; text?: string; table: { head: string[]; rows: string[][] } }

/** What the harvest's filters left out, step by step and with examples. */
export function funnelSections(funnel: readonly Funnel[]): FunnelSection[] {
  const examples = funnel.flatMap(({ filter, examples: some }) => some.map((example) => ({ filter, ...example })))
  return [
    {
      title: 'Filters',
      text: "In the recipe's order; each is given what the one before it kept. Answers that were rewritten count twice: as they were and as they became.",
      table: {
        head: ['filter', 'kept', 'left out', 'why'],
        rows: funnel.map(({ filter, kept, dropped, reasons }) => [
          filter,
          String(kept),
          String(dropped),
          reasons.map(({ why, count }) => `${why}: ${count}`).join('; '),
        ]),
      },
    },
    ...(examples.length > 0
      ? [
          {
            title: 'Left out, for example',
            table: {
              head: ['filter', 'task', 'answer', 'why', 'trace'],
              rows: examples.map(({ filter, task, answer, why, trace }) => [filter, task, answer, why, trace]),
            },
          },
        ]
      : []),
  ]
}
