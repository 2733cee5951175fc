import { join } from 'node:path'
import { appendRows } from '@whetstone/core'
import { runFiles } from '@whetstone/runs'
import { metricsOf, type Hook } from '../run-event.ts'

/** A line for each finished round in reports/<run>/events.jsonl. */
const hook: Hook = {
  name: 'jsonl',
  about: 'a line for each finished round in reports/<run>/events.jsonl',
  async hear({ run, round, time }) {
    appendRows(join(runFiles(run).reports, 'events.jsonl'), [
      {
        event: 'round',
        time: time.toISOString(),
        run,
        round: round.round,
        promoted: round.decision.promoted,
        reason: round.decision.reason,
        metrics: Object.fromEntries(metricsOf(round)),
      },
    ])
  },
}
export default hook
