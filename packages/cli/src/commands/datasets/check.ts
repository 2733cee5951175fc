import { wrap } from '@whetstone/reports/tables/wrap.ts'
import { BadInput } from '@whetstone/core'
import { checkExport, exportNames, loadExport } from '@whetstone/datasets'
import { encodings, separators, tableGraders, type ColumnChoice, type Encoding, type Separator } from '@whetstone/tasks'
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
    if (flags.format !== undefined) {
      const format = await loadExport(flags.format)
      const checked = await checkExport(format, flags.file)
      writeResult(flags.json, checked)
      console.log(wrap(`${flags.file}: ${checked.rows} rows, ${checked.wrong} that are no ${format.name} rows (${format.source})`))
      for (const { line, field, says } of checked.problems) console.log(`  ${flags.file}:${line}: ${field} ${says}`)
      if (checked.wrong > checked.problems.length) console.log(`  … and ${checked.wrong - checked.problems.length} more`)
      if (checked.wrong > 0) process.exitCode = 1
      return
    }
    const columns: ColumnChoice = { question: flags.question, answer: flags.answer, id: flags.id }
    const checked = await checkTable(
      {
        file: flags.file,
        columns,
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
    )
    writeResult(flags.json, checked)
    console.log(showTableCheck(flags.file, checked))
    if (checked.against.some(({ overlaps }) => overlaps.length > 0)) process.exitCode = 1
  },
})
