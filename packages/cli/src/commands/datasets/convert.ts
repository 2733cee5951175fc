import { relative, resolve } from 'node:path'
import { BadInput, root } from '@whetstone/core'
import { exportNames, loadExport, readExport, writeExport } from '@whetstone/datasets'
import { defineCommand } from '../../command.ts'

export default defineCommand({
  about: "turns a file of training rows of one trainer's format into another's, each row checked on both sides",
  flags: {
    file: { type: 'file', about: 'the rows' },
    from: { type: 'string', choices: exportNames(), about: 'their format' },
    to: {
      type: 'string',
      choices: exportNames(),
      about: 'the format wanted: of the same kind (worked examples, pairs, labelled answers, prompts)',
    },
    out: { type: 'output', about: 'the file to write' },
    validation: {
      type: 'number',
      min: 0,
      max: 0.5,
      whole: false,
      default: 0,
      about: 'share of the questions whose rows go to a validation file',
    },
    skip: { type: 'boolean', about: 'leave out rows that the format cannot express' },
    force: { type: 'boolean', about: 'overwrite what is there' },
  },
  examples: ['npx nx run datasets:convert --file=chat.jsonl --from=openai --to=llama-factory-sharegpt --out=lf/rows.json'],
  async run({ file, from, to, out, validation, skip, force }) {
    for (const [flag, value] of [
      ['file', file],
      ['from', from],
      ['to', to],
      ['out', out],
    ] as const)
      if (value === undefined) throw new BadInput(`datasets:convert needs --${flag}`)
    const [source, target] = [await loadExport(from as string), await loadExport(to as string)]
    if (source.kind !== target.kind) {
      const same: string[] = []
      for (const name of exportNames()) if ((await loadExport(name)).kind === source.kind) same.push(name)
      throw new BadInput(
        `${source.name} holds ${source.kind} rows and ${target.name} ${target.kind} ones: choose --to among ${same.join(', ')}`,
      )
    }
    const { files, companions, skipped, rows } = await writeExport(target, readExport(source, file as string), {
      out: resolve(out as string),
      validation,
      skip,
      force,
      provenance: 'none',
    })
    console.log(
      `${rows} rows: ${[...files.map((each) => relative(root, each.file)), ...companions.map((each) => relative(root, each))].join(', ')}${skipped.length ? `; ${skipped.length} left out (row ${skipped[0]?.row}: ${skipped[0]?.why})` : ''}`,
    )
  },
})
