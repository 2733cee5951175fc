/**
 * How fast the graders are on this machine: `node packages/grading/src/verify/bench.ts`. Real model outputs from ../shared/data where
 * they are, else the examples of POLICY.md.
 */
import { existsSync, readFileSync } from 'node:fs'
import { openMathsPool, verifyMaths } from './maths.ts'
import { verifyNumber } from './number.ts'

type Pair = { gold: string; answer: string }
const shared = (name: string) => new URL(`../../../../../shared/data/${name}`, import.meta.url)
const rows = <T>(name: string) =>
  readFileSync(shared(name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T)

const page = readFileSync(new URL('../../POLICY.md', import.meta.url), 'utf8')
const examples = [...page.matchAll(/^(?:same|not): +(.+?) <> (.+)$/gm)]
  .map(([, gold, answer]): Pair => ({ gold: `\\boxed{${gold}}`, answer: answer as string }))
  .filter(({ answer }) => !/\^\{9\^9\}|!\}|2\^\{30\}/.test(answer)) // those are killed

function wordProblems(): Pair[] {
  const file = 'gsm8k_model_solutions.jsonl'
  if (!existsSync(shared(file))) {
    const solution = (i: number) =>
      `She buys ${i} apples and ${i + 1} pears.\nThat makes ${i}+${i + 1} = ${2 * i + 1}.\n#### ${i + (i % 2)}`
    return Array.from({ length: 5000 }, (_, i) => ({ gold: `${i}`, answer: solution(i) }))
  }
  return rows<Record<string, { solution: string }> & { ground_truth: string }>(file).flatMap((row) => {
    const gold = row.ground_truth.slice(row.ground_truth.lastIndexOf('A: '))
    return ['6b_finetuning', '175b_verification'].map((model) => ({ gold, answer: row[model]?.solution ?? '' }))
  })
}
function mixed(): Pair[] {
  const file = 'grader_cases_generated.jsonl'
  if (!existsSync(shared(file))) return Array.from({ length: 8 }, () => examples).flat()
  return rows<{ gold: string; pred: string }>(file).map(({ gold, pred }) => ({ gold, answer: pred }))
}

/** A busy machine stretches the clock, and processor time little. */
function perSecond(answers: number, before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return Math.round((1e6 * answers) / (user + system))
}

const problems = wordProblems()
for (const [name, verify] of [
  ['number', verifyNumber],
  ['maths', verifyMaths],
] as const) {
  for (const pair of problems) await verify(pair)
  const [started, before] = [performance.now(), process.cpuUsage()]
  for (let round = 0; round < 5; round++) for (const pair of problems) await verify(pair)
  const rate = (5000 * problems.length) / (performance.now() - started)
  console.log(
    `${name} grader, GSM8K-style answers, one core: ${Math.round(rate)} a second, ${perSecond(5 * problems.length, before)} a second of processor time`,
  )
}

const workers = 4
const pool = openMathsPool(workers)
const pairs = mixed()
await Promise.all(examples.map((pair) => verifyMaths({ ...pair, pool })))
const times: number[] = []
const queue = pairs.values()
const [started, before] = [performance.now(), process.cpuUsage()]
await Promise.all(
  Array.from({ length: workers }, async () => {
    for (const pair of queue) {
      const asked = performance.now()
      await verifyMaths({ ...pair, pool })
      times.push(performance.now() - asked)
    }
  }),
)
const seconds = (performance.now() - started) / 1000
const steady = perSecond(pairs.length, before)
times.sort((a, b) => a - b)
const at = (share: number) => (times[Math.floor((times.length - 1) * share)] as number).toFixed(1)
const rate = Math.round(pairs.length / seconds)
console.log(
  `maths grader, mixed MATH answers, ${workers} workers: ${rate} a second, ${steady} a second of processor time, median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`,
)
await pool.close()
