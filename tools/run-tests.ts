// Runs every *.test.ts of the repository, each file in a process of its own (uvu has no timeouts and one queue a process), a few at a time, and ends with `N passed, N failed, N skipped`.
// `npm test`, `npm test -- statistics gate` (files whose path holds a word). It fails when tests were lost (fewer than tools/test-floor.json says) and when a test skipped although its data is there.
// `npm test -- --write-floor` records what ran: the floor, and how many tests each file holds that skips where a program or data is missing, so that a bare machine is not taken for one that lost tests,
// and which files are slow: those are run first.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { ensureTools } from '@whetstone/native/build-tools.ts'

const root = join(import.meta.dirname, '..')
const writeFloor = process.argv.includes('--write-floor')
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'))
/** Only against a hang: no test is asked to be fast. */
const secondsPerFile = 1800
type Result = { file: string; passed: number; failed: number; skipped: string[]; seconds: number; output: string }
type Floor = { floor: number; maySkip: Record<string, number>; slow: Record<string, number> }
/** From so many seconds on a file is written down as slow. */
const slowFrom = 10
const floorFile = join(root, 'tools/test-floor.json')
const known = JSON.parse(readFileSync(floorFile, 'utf8')) as Floor

const files = ['packages', 'tools', 'loops']
  .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(root, folder, file)))
  .filter((file) => file.endsWith('.test.ts') && !file.includes('node_modules') && !file.includes('tools/build/'))
  .filter((file) => words.length === 0 || words.some((word) => relative(root, file).includes(word)))
  // The longest first, so that none of them runs alone at the end.
  .sort((a, b) => slowness(b) - slowness(a) || (a < b ? -1 : 1))

/** What one process compiled the next one reads: most of the time that a small test file takes. */
const compiled = { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node') }

/** Seconds that a file is known to take; 0 for those of under {@link slowFrom}. */
function slowness(file: string): number {
  return known.slow[relative(root, file)] ?? 0
}

function runFile(file: string): Promise<Result> {
  const started = performance.now()
  return new Promise((resolve) => {
    let output = ''
    const child = spawn(process.execPath, [file], {
      cwd: root,
      detached: true,
      env: { ...process.env, ...compiled, NO_COLOR: '1', FORCE_COLOR: '0', WHETSTONE_PROGRESS: 'none' },
    })
    const kill = () => {
      try {
        process.kill(-(child.pid as number), 'SIGKILL')
      } catch {
        // gone already
      }
    }
    const timer = setTimeout(() => {
      output += `\nstopped after ${secondsPerFile} s\n`
      kill()
    }, secondsPerFile * 1000)
    const collect = (text: Buffer) => (output += text.toString())
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('close', (code) => {
      clearTimeout(timer)
      kill() // whatever the test left behind
      const count = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(output)?.[1] ?? 0)
      const [total, passed] = [count('Total'), count('Passed')]
      const skipped = [
        ...output.split('\n').filter((line) => line.startsWith('SKIP ')),
        ...Array.from({ length: count('Skipped') }, () => 'SKIP by the suite'),
      ]
      resolve({
        file: relative(root, file),
        passed,
        failed: total - passed + (code !== 0 && total === passed ? 1 : 0),
        skipped,
        seconds: (performance.now() - started) / 1000,
        output,
      })
    })
  })
}

// The native tools first, in a process of their own; tests that need one which is not there skip and say so.
if (words.length === 0) {
  await ensureTools(['llama-init', 'llama-train', 'llama-sample', 'llama-score', 'llama-quantize', 'llama-export-lora'])
}
const results: Result[] = []
const queue = [...files]
const workers = Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2) + 1))
await Promise.all(
  Array.from({ length: workers }, async () => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const result = await runFile(file)
      results.push(result)
      console.log(
        `${result.failed ? 'FAIL' : 'ok  '} ${result.file}  ${result.passed} passed${result.failed ? `, ${result.failed} failed` : ''}  ${result.seconds.toFixed(1)}s`,
      )
      for (const line of result.skipped) console.log(`     ${line}`)
      if (result.failed)
        console.log(
          result.output
            .trimEnd()
            .split('\n')
            .slice(-60)
            .map((line) => `     ${line}`)
            .join('\n'),
        )
    }
  }),
)
const sum = (member: 'passed' | 'failed') => results.reduce((total, result) => total + result[member], 0)
const skips = results.flatMap((result) => result.skipped)
let failed = sum('failed')
for (const line of skips) {
  // Tests name what they lack as a path from the repository's root.
  const needed = /(?:^|\s)((?:\.\.\/shared|tools\/bin|models)\/[^\s:]+)/.exec(line)?.[1]
  if (needed && existsSync(join(root, needed))) {
    console.log(`A test skipped although its data is there: ${line}`)
    failed++
  }
}
// A file that skips counts with the tests it is known to hold.
const left = results.flatMap(({ file, passed, skipped }) =>
  skipped.length > 0 ? [Math.max(skipped.length, (known.maySkip[file] ?? 0) - passed)] : [],
)
const skippedTests = left.reduce((total, count) => total + count, 0)
if (words.length === 0 && sum('passed') + skippedTests < known.floor) {
  console.log(
    `${sum('passed')} tests ran and ${skippedTests} skipped, fewer than the ${known.floor} that tools/test-floor.json keeps: tests were lost`,
  )
  failed++
}
if (writeFloor && words.length === 0 && failed === 0) {
  const skippable = results.filter(({ file }) => readFileSync(join(root, file), 'utf8').includes('SKIP'))
  const counts = skippable.map(({ file, passed, skipped }) => [
    file,
    skipped.length > 0 ? Math.max(passed, known.maySkip[file] ?? 0) : passed,
  ])
  const slow = results
    .filter(({ seconds }) => seconds >= slowFrom)
    .map(({ file, seconds }): [string, number] => [file, Math.round(seconds)])
  const fresh = {
    // A little below what ran: a test that is merged into another is not a loss.
    floor: Math.floor((sum('passed') + skippedTests) * 0.98),
    maySkip: Object.fromEntries(counts.sort()),
    slow: Object.fromEntries(slow.sort(([, a], [, b]) => b - a)),
  }
  writeFileSync(floorFile, `${JSON.stringify(fresh, null, 2)}\n`)
}
console.log(`${sum('passed')} passed, ${failed} failed, ${skippedTests} skipped`)
process.exit(failed > 0 ? 1 : 0)
