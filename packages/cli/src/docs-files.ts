import { gzipSync } from 'node:zlib'

/** The files that docs/tutorial.md and docs/how-to.md name, by name: small ones of the form that the pages speak of. */
export function docsFiles(): Record<string, string | Uint8Array> {
  const sums = Array.from({ length: 300 }, (_, i) => [100 + 7 * i, 200 + 3 * i] as const)
  const turned = (number: number) => String(number).split('').reverse().join('')
  const rows = (of: readonly unknown[]) => of.map((row) => `${JSON.stringify(row)}\n`).join('')
  const sample = (right: boolean, i: number) => ({
    doc_id: i,
    doc: { question: `q${i}` },
    target: 'a',
    resps: [['a']],
    filtered_resps: ['a'],
    filter: 'strict-match',
    exact_match: right ? 1 : 0,
  })
  const samples = (every: number) => rows(Array.from({ length: 40 }, (_, i) => sample(i % every === 0, i)))
  const table = (every: number) =>
    `id,sample,answer,correct\n${Array.from({ length: 200 }, (_, i) => `t${i % 40},${Math.floor(i / 40)},${i % every},${i % every === 0 ? 1 : 0}`).join('\n')}\n`
  const judged = sums.slice(0, 40).map(([a, b], i) => ({ question: `${turned(a)}+${turned(b)}=`, sum: turned(a + b), right: i % 2 === 0 }))
  return {
    'tasks.csv': `question,answer\n${sums.map(([a, b]) => `${turned(a)}+${turned(b)}=,${turned(a + b)}`).join('\n')}\n`,
    'cases.jsonl': rows(judged.map(({ sum, right }) => ({ gold: sum, pred: right ? `So it is ${sum}.` : 'So it is 7.' }))),
    'essays.jsonl': rows(judged.slice(0, 8).map(({ question, sum, right }) => ({ question, gold: sum, pred: right ? sum : '7' }))),
    'essays.csv': `question,answer\n${sums.map(([a, b]) => `${turned(a)}+${turned(b)}=,${turned(a + b)}`).join('\n')}\n`,
    'known.csv': `question,answer,correct\n${judged.map(({ question, sum, right }) => `${question},${right ? sum : '7'},${right}`).join('\n')}\n`,
    'train.jsonl': rows([{ prompt: 'What is the capital of the country that lies between France and Germany?', completion: 'Luxembourg' }]),
    'notes.md': '# Notes\n\nSums with their digits turned.\n',
    'samples_gsm8k_base.jsonl': samples(3),
    'samples_gsm8k_tuned.jsonl': samples(2),
    'base.csv': table(3),
    'tuned.csv.gz': gzipSync(table(2)),
  }
}
