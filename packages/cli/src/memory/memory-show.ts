import type { BankQuality, Found, Lift, StoredMemory } from '@whetstone/memory'
import { cutLine, lineText, padLine, points, rate } from '@whetstone/core'
import type { Audit } from './memory-audit.ts'

const cut = (text: string, width: number) => padLine(cutLine(lineText(text), width), width)
const liftText = (lift: Lift | undefined) =>
  lift && lift.shown > 0 && lift.withheld > 0 ? `${points(lift.lift)} [${points(lift.ci[0])}, ${points(lift.ci[1])}]` : 'not measured'

/** Memories as a table: id, title, content, where from, lift with its 95% interval and uses. */
export function showList(memories: readonly StoredMemory[], lifts: ReadonlyMap<string, Lift>, limit: number): string {
  const rows = memories.slice(0, limit).map((memory) => {
    const lift = lifts.get(memory.id)
    return `  ${memory.id}  ${memory.success ? 'success' : 'failure'}  ${String(lift?.uses ?? 0).padStart(5)}  ${cut(liftText(lift), 26)}${cut(memory.title, 32)}  ${cut(memory.content, 48)}${memory.retired === null ? '' : `  retired: ${memory.retired}`}`.trimEnd()
  })
  const more = memories.length > limit ? [`  … ${memories.length - limit} more (--limit=${memories.length})`] : []
  return [`  ${'id'.padEnd(23)}  learned   uses  ${'lift, points'.padEnd(26)}${'title'.padEnd(34)}content`, ...rows, ...more].join('\n')
}

/** Quality of a bank, a line a round. */
export function showQuality(rounds: readonly BankQuality[]): string {
  return rounds
    .map(({ tag, size, retired, successes, lift }) => {
      const gone = Object.entries(retired)
        .map(([reason, count]) => `${count} ${reason}`)
        .join(', ')
      const quartiles = lift.quartiles
        ? `, lift ${lift.quartiles.map(points).join(' / ')} (quartiles of ${lift.measured}), ${lift.helpful} surely help, ${lift.harmful} surely harm`
        : ''
      return `  ${tag}  ${size} memories, ${rate(successes)} from successes${gone ? `; retired ${gone}` : ''}${quartiles}`
    })
    .join('\n')
}

/** One memory whole, with its provenance and its evidence. */
export function showMemory(memory: StoredMemory, lift: Lift | undefined): string {
  const counts = lift
    ? `shown ${lift.shown.toFixed(1)} (${lift.shownPassed.toFixed(1)} passed), withheld ${lift.withheld.toFixed(1)} (${lift.withheldPassed.toFixed(1)} passed), last in round ${lift.lastRound}`
    : 'never retrieved in train collection'
  return [
    `${memory.id}: ${memory.title}`,
    memory.description,
    '',
    memory.content,
    '',
    `learned from   a ${memory.success ? 'success' : 'failure'} at task ${memory.sourceTask}`,
    `source traces  ${memory.sourceTraces.join(', ') || 'none'}`,
    `written by     ${memory.reflector}, ${memory.createdAt}`,
    `lift           ${liftText(lift)}; ${counts}`,
    ...(memory.retired === null ? [] : [`retired        ${memory.retired}`]),
  ].join('\n')
}

export function showFound(found: readonly Found[]): string {
  return found.length === 0
    ? '  nothing found'
    : found
        .map(({ memory, similarity }) =>
          `  ${similarity.toFixed(3)}  ${memory.id}  ${cut(memory.title, 32)}  ${cut(memory.content, 64)}`.trimEnd(),
        )
        .join('\n')
}

export function showAudit({ memories, rows, tasks, leaks }: Audit): string {
  const lines = leaks
    .slice(0, 20)
    .map(({ item, task, rule, evidence }) => `  ${item} and ${task}: ${rule} (${cut(evidence, 80).trimEnd()})`)
  return [
    `${memories} memories and ${rows} training rows against ${tasks} test tasks: ${leaks.length === 0 ? 'no leaks' : `${leaks.length} leaks`}`,
    ...lines,
    ...(leaks.length > 20 ? [`  … ${leaks.length - 20} more (--json=FILE)`] : []),
  ].join('\n')
}
