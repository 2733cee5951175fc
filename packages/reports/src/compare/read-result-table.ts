import { BadInput } from '@whetstone/core'
import { decodeText, findSeparator, readBytes, separators, unpackedName } from '@whetstone/tasks'
import { contentKey } from '@whetstone/similarity'
import { parse } from 'csv-parse/sync'
import type { Choice } from './choice.ts'
import type { ResultSet } from './result-set.ts'
import { scoreAttempts } from './score-attempts.ts'

const columns = {
  task: ['id', 'task', 'task_id', 'doc_id', 'question_id', 'problem_id', 'instance_id', 'index'],
  score: ['score', 'correct', 'passed', 'pass', 'exact_match', 'acc', 'accuracy', 'reward', 'success', 'is_correct'],
  arm: ['model', 'arm', 'policy', 'system', 'run'],
  question: ['question', 'problem', 'prompt', 'input', 'query'],
  group: ['taskset', 'benchmark', 'dataset', 'subject', 'level'],
  repeat: ['sample', 'epoch', 'repeat', 'trial', 'attempt'],
  answer: ['answer', 'prediction', 'pred', 'response', 'output', 'extracted'],
} as const
const words: Record<string, number> = {
  true: 1,
  false: 0,
  yes: 1,
  no: 0,
  pass: 1,
  passed: 1,
  fail: 0,
  failed: 0,
  correct: 1,
  incorrect: 0,
  right: 1,
  wrong: 0,
  y: 1,
  n: 0,
  t: 1,
  f: 0,
  c: 1,
  i: 0,
  '✓': 1,
  '✔': 1,
  '✗': 0,
  '✘': 0,
}

/** A CSV of results: a row a sample with an id (or a question) and a score; columns of model, benchmark, question and repetition are used where they are. */
export function readResultTable(file: string, choice: Choice): ResultSet[] {
  const { text } = decodeText(readBytes(file), file)
  const separator = findSeparator(text, unpackedName(file))
  let rows: Record<string, string>[]
  try {
    rows = parse(text, {
      delimiter: separators[separator],
      columns: (header: string[]) => {
        const names = header.map((name) => name.trim())
        const twice = names.find((name, index) => name !== '' && names.indexOf(name) !== index)
        if (twice !== undefined) throw new Error(`column ${JSON.stringify(twice)} stands twice`)
        return names
      },
      skip_empty_lines: true,
    })
  } catch (error) {
    throw new BadInput(`${file}: ${(error as Error).message}: mend the row`)
  }
  const names = Object.keys(rows[0] ?? {})
  const find = (wanted: readonly string[]) =>
    wanted.map((name) => names.find((column) => column.toLowerCase() === name)).find((name) => name !== undefined)
  const score = choice.score ?? find(columns.score)
  const [task, question] = [find(columns.task), find(columns.question)]
  if (score === undefined || !names.includes(score) || (task ?? question) === undefined)
    throw new BadInput(
      `${file} needs a column of scores (--score=NAME) and one of ids or questions. Columns: ${names.join(', ') || 'none'}`,
    )
  const arm = find(columns.arm)
  const [group, repeat, answer] = [find(columns.group), find(columns.repeat), find(columns.answer)]
  return [...Map.groupBy(rows, (row) => (arm ? (row[arm] as string) : ''))].map(([name, own]) => {
    const { groups, notes } = scoreAttempts(
      file,
      own.map((row) => {
        const id = (task ? row[task] : row[question as string]) as string
        const content = question ? { question: contentKey(row[question] as string) } : undefined
        return {
          group: group ? (row[group] as string) : 'tasks',
          task: id,
          cluster: id,
          score: toScore(row[score] as string, `${file}: ${id}`, separator !== 'comma'),
          repeat: repeat && row[repeat],
          answer: answer && row[answer],
          content,
        }
      }),
      choice,
    )
    return { name: name ? `${name} (${file})` : file, arm: name, source: file, format: 'table' as const, groups, notes }
  })
}

/** `commas`: columns are parted by something else, so that a comma is the decimal point of the file's country. */
function toScore(text: string, where: string, commas: boolean): number | null {
  const plain = text.trim().toLowerCase()
  if (plain === '' || plain === 'nan' || plain === 'null' || plain === 'none') return null
  const value = words[plain] ?? Number(commas ? plain.replace(/^([01]),(\d+)$/, '$1.$2') : plain)
  if (value >= 0 && value <= 1) return value
  throw new BadInput(`${where}: the score ${JSON.stringify(text)} is not a number from 0 to 1: choose another column with --score`)
}
