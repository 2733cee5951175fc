import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { dataRoot, hash, readJson, writeJson } from '@whetstone/core'
import { z } from 'zod'

const Begun = z.object({ id: z.string(), etags: z.array(z.string()) })

/** What is known here of an upload in parts that was begun: kept beside our data, since not every store can be asked for its begun uploads. */
export function uploadRecord(upload: { where: string; key: string; sha256: string; size: number }) {
  const file = join(dataRoot, 'checkpoints/.uploads', `${hash(upload).slice(0, 32)}.json`)
  return {
    read: () => (existsSync(file) ? readJson(file, Begun) : null),
    write(begun: z.infer<typeof Begun>) {
      mkdirSync(dirname(file), { recursive: true })
      writeJson(file, begun)
    },
    forget: () => rmSync(file, { force: true }),
  }
}
