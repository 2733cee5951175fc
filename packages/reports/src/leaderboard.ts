import { openRun, runNames } from '@whetstone/runs'

/** What a policy did on test tasks, which no decision has seen. Rates are fractions, the interval is 95%. */
export type TestResult = { run: string; policy: string; tasks: string; n: number; accuracy: number; ci: [number, number] }

/** Test results of all runs, best first within each set of tasks; and the runs that have none. Validation does not count: it rewards luck. */
export function leaderboard(names: readonly string[] = runNames()): { results: TestResult[]; untested: string[] } {
  const results: TestResult[] = []
  const untested: string[] = []
  for (const name of names) {
    const summary = openRun(name).phase1()
    if (!summary) {
      untested.push(name)
      continue
    }
    for (const [policy, arm] of [
      ['no memory', summary.baseline],
      ['random memories', summary.control],
      ['memory', summary.memory],
    ] as const)
      results.push({
        run: name,
        policy: `${summary.model}, ${policy}`,
        tasks: summary.testedOn,
        n: summary.n,
        accuracy: arm.accuracy,
        ci: arm.ci,
      })
  }
  results.sort((a, b) => a.tasks.localeCompare(b.tasks, 'en') || b.accuracy - a.accuracy)
  return { results, untested }
}
