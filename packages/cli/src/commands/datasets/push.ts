import { statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { BadInput, hashFile, root } from '@whetstone/core'
import { exportNames, hubCard, loadExport, writeExport } from '@whetstone/datasets'
import { loadRecipe } from '@whetstone/recipe'
import { openRun } from '@whetstone/runs'
import { hubEndpoint } from '@whetstone/tasks'
import { defineCommand } from '../../command.ts'
import { rowFlags, shareHeldOut } from '../../export/row-flags.ts'
import { rowsOfRun } from '../../export/rows-of-run.ts'
import { cardOfRun } from '../../hub/card-of-run.ts'
import { pushFiles, type PushFile } from '../../hub/push-files.ts'
import { knownRun } from '../../known-run.ts'
import { writeResult } from '../../write-result.ts'

export default defineCommand({
  about: "a round's rows with a data set card to the hub; without --upload it only shows what would be sent",
  flags: {
    repo: { type: 'string', about: 'OWNER/NAME on the hub; HF_TOKEN opens it, HF_ENDPOINT names a mirror' },
    run: { type: 'string', default: 'tiny', about: "the run's name" },
    round: { type: 'number', min: 1, about: 'the round (default: the last)' },
    format: { type: 'string', choices: exportNames(), default: 'trl-messages', about: 'what the rows look like' },
    validation: rowFlags.validation,
    title: { type: 'string', about: "the data set's title (default: run and round)" },
    license: { type: 'string', about: "of the source tasks, by the hub's id, where it is not known (apache-2.0, mit, cc-by-4.0, …)" },
    skip: { type: 'boolean', about: 'leave out rows that the format cannot express' },
    public: { type: 'boolean', about: 'a repository that is made is public (default: private)' },
    upload: { type: 'boolean', about: 'send it' },
    json: { type: 'json', about: 'write what is (or would be) sent to this file as JSON' },
  },
  examples: [
    'npx nx run datasets:push --repo=me/tiny-rows --run=tiny',
    'npx nx run datasets:push --repo=me/pairs --run=mine --format=trl-preference --validation=0.1 --license=cc-by-4.0 --upload',
  ],
  async run({ repo, run, round, format: name, validation, title, license, skip, public: isPublic, upload, json }, signal) {
    if (repo === undefined || !/^[\w.-]+\/[\w.-]+$/.test(repo))
      throw new BadInput(`datasets:push needs --repo=OWNER/NAME${repo === undefined ? '' : `, got ${JSON.stringify(repo)}`}`)
    const token = process.env['HF_TOKEN'] ?? ''
    if (upload && token === '')
      throw new BadInput('datasets:push --upload needs a token that may write: put it into HF_TOKEN (environment or .env)')
    const reader = openRun(knownRun(run))
    const number = round ?? reader.finished().at(-1)?.round.round
    if (number === undefined) throw new BadInput(`Run ${run} has no finished round: see npx nx run loops:status`)
    const format = await loadExport(name)
    const folder = join(reader.round(number).files.dataset, 'hub', name)
    const out = format.splitFiles ? folder : join(folder, `train${/(\.\w+)$/.exec(format.file)?.[1] ?? '.jsonl'}`)
    const { files, companions, rows, skipped } = await writeExport(format, rowsOfRun(run, number, format.kind), {
      out,
      validation: validation ?? shareHeldOut(format),
      skip,
      force: true,
      provenance: 'none',
    })
    const recipe = await loadRecipe(reader.record()?.recipe ?? run)
    const told = await cardOfRun(recipe, run, number)
    const listed = await Promise.all(
      files.map(async ({ file, rows: held }) => ({
        split: /valid/.test(basename(file)) ? 'validation' : 'train',
        path: basename(file),
        rows: held,
        bytes: statSync(file).size,
        sha256: await hashFile(file),
      })),
    )
    const card = hubCard({
      ...told,
      title: title ?? `${run}, round ${number}`,
      rows,
      format,
      files: listed.filter((each) => each.rows > 0),
      licences: told.licences.map((each) => ({ ...each, licence: each.licence ?? license ?? null })),
      load: `from datasets import load_dataset\n\nrows = load_dataset("${repo}", split="train")`,
    })
    const sent: PushFile[] = [
      { path: 'README.md', file: null, text: card },
      ...files.map(({ file }) => ({ path: basename(file), file })),
      ...companions.map((file) => ({ path: basename(file), file })),
    ]
    const commit = upload
      ? await pushFiles(repo, sent, { title: `${run}, round ${number}: ${rows} rows`, token, isPrivate: !isPublic, signal })
      : null
    writeResult(json, { repo, endpoint: hubEndpoint(), uploaded: commit, rows, skipped: skipped.length, files: listed, card })
    console.log(
      `${upload ? 'Pushed' : 'Would push'} to ${hubEndpoint()}/datasets/${repo}${upload ? ` (commit ${commit})` : ''}: ${rows} rows as ${name}${skipped.length > 0 ? `, ${skipped.length} left out` : ''}`,
    )
    for (const { path, rows: held, bytes, sha256 } of listed)
      console.log(`  ${path}  ${held} rows, ${bytes} bytes, ${sha256.slice(0, 16)}…`)
    for (const file of companions) console.log(`  ${relative(root, file)}`)
    for (const { source, licence } of told.licences)
      if (licence === null && license === undefined)
        console.log(`  the licence of ${source} is not known: the card says so; --license=ID names it`)
    if (!upload) console.log(`\n${card}\nNothing was sent. Send it with --upload`)
  },
})
