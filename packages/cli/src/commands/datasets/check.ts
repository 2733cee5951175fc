import { wrap } from '@whetstone/reports/tables/wrap.ts'
import { BadInput } from '@whetstone/core'
import { checkExport, detectExport, exportNames, loadExport, type ExportFormat } from '@whetstone/datasets'
import { guessColumns } from '../../init/guess-columns.ts'
import { encodings, readRecords, separators, tableGraders, type ColumnChoice, type Encoding, type Separator } from '@whetstone/tasks'
import { defineCommand } from '../../command.ts'
import { writeResult } from '../../write-result.ts'
import { checkTable } from '../../check/check-table.ts'
import { showTableCheck } from '../../check/show-table-check.ts'

export default defineCommand({
  about:
    'looks at a table of tasks as a round would read it and for its questions in other files; or, with --format, at training rows as their trainer would',
  flags: {
    file: { type: 'file', about: 'the table: CSV, TSV, JSON, JSONL (plain or .gz) or Parquet; or a file of training rows' },
    format: {
      type: 'string',
      choices: exportNames(),
      about: 'the rows are for this trainer: every row is checked against its documented fields',
    },
    against: {
      type: 'file',
      about: 'files to look for its questions in, separated by commas: tables, training rows, memories, exports, plain text',
    },
    question: { type: 'string', about: 'column of the question, a.b for a nested field (default: found by name)' },
    answer: { type: 'string', about: 'column of the answer' },
    id: { type: 'string', about: 'column of the id (default: found by name, else the question itself)' },
    level: { type: 'string', about: 'column of difficulties or topics by which accuracy would be told (default: guessed)' },
    grader: {
      type: 'string',
      choices: tableGraders,
      default: 'exact',
      about: 'how answers are compared: golds that it cannot read are named',
    },
    separator: { type: 'string', choices: Object.keys(separators), about: 'what separates the columns (default: found)' },
    encoding: { type: 'string', choices: encodings, about: 'how the text is written down (default: UTF-8, or UTF-16 where it shows)' },
    words: { type: 'number', min: 4, max: 50, default: 13, about: 'words in a row that count as overlap; papers use 8 to 13' },
    json: { type: 'json', about: 'write what was found to this file as JSON' },
  },
  examples: [
    'npx nx run datasets:check --file=tasks.csv --grader=number',
    'npx nx run datasets:check --file=tasks.jsonl --question=problem.text --answer=target',
    'npx nx run datasets:check --file=tasks.csv --against=train.jsonl,bank.json --words=8',
    'npx nx run datasets:check --file=pairs.jsonl --format=trl-preference',
  ],
  async run(flags) {
    if (flags.file === undefined) throw new BadInput('datasets:check needs --file=FILE: a table of tasks')
    const { file } = flags
    if (flags.format !== undefined) return await asRows(await loadExport(flags.format), file, flags.json)
    const columns: ColumnChoice = {
      question: flags.question,
      answer: flags.answer,
      id: flags.id,
      level: flags.level === 'none' ? undefined : flags.level,
    }
    const named = flags.question ?? flags.answer ?? flags.level ?? flags.against
    const rows = named === undefined ? await exportOf(file) : null
    const looked = columnsOf(file, columns, flags).then(async ({ columns: picked, guessed }) => ({
      guessed,
      checked: await checkTable(
        {
          file,
          columns: picked,
          grader: flags.grader,
          separator: flags.separator as Separator | undefined,
          encoding: flags.encoding as Encoding | undefined,
        },
        {
          against:
            flags.against
              ?.split(',')
              .map((file) => file.trim())
              .filter(Boolean) ?? [],
          span: flags.words,
        },
      ),
    }))
    if (rows !== null) {
      // questions and answers in two columns are both: rows for a trainer, and tasks
      const table = await looked.catch((error: unknown) => {
        if (error instanceof BadInput) return null
        throw error
      })
      await asRows(rows, file, table ? undefined : flags.json, '; its format was found by its rows, --format names another')
      if (table === null) return
      console.log('\nAs a table of tasks:')
    }
    const { checked, guessed } = await looked
    writeResult(flags.json, checked)
    console.log(showTableCheck(file, checked, guessed))
    if (checked.against.some(({ overlaps }) => overlaps.length > 0)) process.exitCode = 1
  },
})

/** The columns as they are named, or as loops:init would guess them, with how in words where it had to. */
async function columnsOf(
  file: string,
  choice: ColumnChoice,
  { separator, encoding }: { separator?: string | undefined; encoding?: string | undefined },
): Promise<{ columns: ColumnChoice; guessed: string }> {
  const { rows } = await readRecords(file, { separator: separator as Separator | undefined, encoding: encoding as Encoding | undefined })
  if (rows.length === 0) return { columns: choice, guessed: '' }
  const { columns, why } = guessColumns(rows, choice, file)
  if (!why.startsWith('by what they hold')) return { columns: choice, guessed: '' }
  return { columns: { ...choice, question: columns.question, answer: columns.answer }, guessed: why }
}

/** The rows as the trainer of a format would read them. */
async function asRows(format: ExportFormat, file: string, json: string | undefined, found = ''): Promise<void> {
  const checked = await checkExport(format, file)
  writeResult(json, { format: format.name, ...checked })
  const verdict = checked.wrong === 0 ? `all are ${format.name} rows` : `${checked.wrong} are no ${format.name} rows`
  console.log(wrap(`${file}: ${checked.rows} rows, ${verdict} (${format.source})${found}`))
  for (const { line, field, says } of checked.problems) console.log(wrap(`${file}:${line}: ${field} ${says}`, '  '))
  if (checked.wrong > checked.problems.length) console.log(`  … and ${checked.wrong - checked.problems.length} more`)
  if (checked.wrong > 0) process.exitCode = 1
}

/** The format of a file of training rows; null for other files. */
async function exportOf(file: string): Promise<ExportFormat | null> {
  if (!/\.(jsonl?|ndjson|parquet)(\.gz)?$/i.test(file)) return null
  try {
    return await detectExport(file)
  } catch (error) {
    if (error instanceof BadInput) return null
    throw error
  }
}
