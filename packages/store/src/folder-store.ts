import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { BadInput, explainDiskError, root, writeAtomic, makeFolder } from '@whetstone/core'
import type { ArtifactStore } from './artifact-store.ts'

/** A store in a folder, on this machine or on a shared disk. */
export function folderStore(path: string): ArtifactStore {
  const folder = resolve(root, path)
  const at = (key: string) => {
    const file = join(folder, key)
    if (file !== folder && !file.startsWith(folder + sep))
      throw new BadInput(`${key} leaves the store ${folder}: the store's records were altered`)
    return file
  }
  return {
    where: folder,
    local: at,
    async size(key) {
      return existsSync(at(key)) ? statSync(at(key)).size : null
    },
    put: (key, file, { sha256, signal }) => copyChecked(file, at(key), { sha256, signal, what: file }),
    async get(key, file, { sha256, signal }) {
      if (!existsSync(at(key))) throw new BadInput(`${folder} holds no ${key}: mirror the run again from the machine that has it`)
      await copyChecked(at(key), file, { sha256, signal, what: `${folder}: ${key}` })
    },
    async read(key) {
      return existsSync(at(key)) ? readFileSync(at(key), 'utf8') : null
    },
    async write(key, text) {
      writeAtomic(at(key), text)
    },
    async remove(key) {
      rmSync(at(key), { force: true })
    },
    async *list(prefix) {
      const top = at(prefix.slice(0, prefix.lastIndexOf('/') + 1))
      if (!existsSync(top)) return
      for (const entry of readdirSync(top, { recursive: true, withFileTypes: true })) {
        const file = join(entry.parentPath, entry.name)
        const key = file
          .slice(folder.length + 1)
          .split(sep)
          .join('/')
        if (!entry.isFile() || !key.startsWith(prefix) || /\.\d+\.part$/.test(key)) continue
        const { size, mtime } = statSync(file)
        yield { key, bytes: size, written: mtime }
      }
    },
    async [Symbol.asyncDispose]() {},
  }
}

/** Copies a file under another name, whole or not at all, hashed as it passes. */
async function copyChecked(
  from: string,
  to: string,
  { sha256, signal, what }: { sha256: string; signal?: AbortSignal | undefined; what: string },
) {
  const neighbour = `${to}.${process.pid}.part`
  try {
    makeFolder(dirname(to))
    const digest = createHash('sha256')
    const hashing = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        digest.update(chunk)
        done(null, chunk)
      },
    })
    await pipeline(createReadStream(from), hashing, createWriteStream(neighbour, { flush: true }), { signal })
    checkHash(digest.digest('hex'), sha256, what)
    renameSync(neighbour, to)
  } catch (error) {
    rmSync(neighbour, { force: true })
    throw explainDiskError(error, to)
  }
}

/** Content of another hash than it was stored under is not taken. */
export function checkHash(found: string, sha256: string, what: string): void {
  if (found !== sha256)
    throw new BadInput(
      `${what} has SHA-256 ${found.slice(0, 16)}…, not ${sha256.slice(0, 16)}…: it was altered or cut, and is refused; mirror it again from the machine that has it`,
    )
}
