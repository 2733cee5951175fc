import { BadInput } from '@whetstone/core'
import { checkRunName, lockRun, readIncumbent } from '@whetstone/runs'
import { openStore, restoreRun } from '@whetstone/store'
import { defineCommand } from '../../command.ts'

const showBytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

export default defineCommand({
  about: 'a mirrored run, made whole on this machine: its records, traces, weights, bank and reports; loops:cycle goes on with it',
  flags: {
    from: { type: 'string', about: 'the store: a shared folder, or s3://bucket/prefix' },
    run: { type: 'string', about: 'the run' },
    overwrite: { type: 'boolean', about: 'take the mirrored files where those here differ' },
  },
  examples: ['npx nx run loops:restore --from=s3://bucket/team --run=tiny', 'npx nx run loops:restore --from=/mnt/shared --run=tiny'],
  async run({ from, run, overwrite }, signal) {
    if (from === undefined || run === undefined)
      throw new BadInput('Say from where and which run: loops:restore --from=s3://bucket/prefix --run=NAME')
    checkRunName(run)
    await using store = await openStore(from)
    using _lock = lockRun(run)
    const { files, bytes, fetched } = await restoreRun(store, run, { overwrite, signal })
    const incumbent = readIncumbent(run)
    console.log(
      `Run ${run} is whole here: ${files} files, ${showBytes(bytes)}, of which ${showBytes(fetched)} came from ${store.where}. ` +
        `${incumbent ? `${incumbent.round} rounds are done; ` : ''}go on with npx nx run loops:cycle --run=${run} (and its --recipe)`,
    )
  },
})
