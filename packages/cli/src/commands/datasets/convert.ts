import { relative, resolve } from 'node:path'
import { BadInput, root } from '@whetstone/core'
import { detectExport, exportNames, loadExport, readLoosely, writeExport } from '@whetstone/datasets'
import { defineCommand } from '../../command.ts'
import { rowFlags, rowOptions } from '../../export/row-flags.ts'

export default defineCommand({
  about: "turns a file of training rows of one trainer's format into another's, each row checked on both sides",
  flags: {
    file: { type: 'file', about: 'the rows: JSONL (plain or .gz), a JSON array, or Parquet' },
    from: { type: 'string', choices: exportNames(), about: 'their format (default: found by the rows)' },
    to: {
      type: 'string',
      choices: exportNames(),
      about: 'the format wanted: of the same kind (worked examples, pairs, labelled answers, prompts)',
    },
    out: { type: 'output', about: 'the file to write, or the folder where the format has names of its own (mlx-lm)' },
    ...rowFlags,
    skip: { type: 'boolean', about: 'leave out rows that are torn, do not fit or cannot be expressed, counted and named' },
    force: { type: 'boolean', about: 'overwrite what is there' },
  },
  examples: [
    'npx nx run datasets:convert --file=chat.jsonl --to=llama-factory-sharegpt --out=lf/rows.json',
    'npx nx run datasets:convert --file=pairs.parquet --from=trl-preference --to=openai-preference --out=pairs.jsonl --skip',
  ],
  async run({ file, from, to, out, skip, force, ...flags }) {
    for (const [flag, value] of [
      ['file', file],
      ['to', to],
      ['out', out],
    ] as const)
      if (value === undefined) throw new BadInput(`datasets:convert needs --${flag}`)
    const source = from === undefined ? await detectExport(file as string) : await loadExport(from)
    const target = await loadExport(to as string)
    if (source.kind !== target.kind) {
      const same: string[] = []
      for (const name of exportNames()) if ((await loadExport(name)).kind === source.kind) same.push(name)
      throw new BadInput(
        `${source.name} holds ${source.kind} rows and ${target.name} ${target.kind} ones: choose --to among ${same.join(', ')}`,
      )
    }
    const unread: string[] = []
    let left = 0
    const aside: string[] = []
    let at = 0
    const reading = readLoosely(source, file as string, {
      skipped: skip
        ? (line, why) => {
            left++
            if (unread.length < 3) unread.push(`${file}:${line}: ${why}`)
          }
        : undefined,
      aside: (column) => void aside.push(column),
      reading: (line) => void (at = line),
    })
    const { files, companions, skipped, rows } = await writeExport(target, reading, {
      out: resolve(out as string),
      ...rowOptions(target, flags),
      skip,
      force,
      where: () => `${file}:${at}`,
      provenance: 'none',
    })
    console.log(
      `${rows} rows of ${file} (${source.name}) as ${target.name}: ${[...files.map((each) => relative(root, each.file)), ...companions.map((each) => relative(root, each))].join(', ')}`,
    )
    if (aside.length > 0) console.log(`  columns that are none of ${source.name}'s were left aside: ${aside.join(', ')}`)
    if (left > 0) console.log(`  ${left} could not be read: ${unread.join('; ')}${left > unread.length ? '; …' : ''}`)
    if (skipped.length > 0)
      console.log(
        `  ${skipped.length} could not be written: ${skipped
          .slice(0, 3)
          .map(({ where, why }) => `${where}: ${why}`)
          .join('; ')}`,
      )
  },
})
