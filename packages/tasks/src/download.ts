import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { basename, dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BadInput, explainDiskError, hashFile, startProgress, makeFolder } from '@whetstone/core'

export type Download = {
  url: string
  /** The file that is there, whole, when this returns. */
  to: string
  /** Hex; what arrives is refused when it differs. */
  sha256?: string | undefined
  headers?: Record<string, string>
  signal?: AbortSignal
  /** Failures in a row, without a byte between them, before it is given up. */
  retries?: number
  /** Seconds before the first retry; doubles with each. */
  backoff?: number
  /** Seconds without a byte after which a connection counts as dead. */
  stall?: number
}

/** Something that may go better next time; `wait` is what the server asks for, in seconds. */
class Passing extends Error {
  readonly wait: number | undefined
  constructor(message: string, wait?: number) {
    super(message)
    this.wait = wait
  }
}

/**
 * Fetches a file: a bar, resume where an earlier run was cut off (HTTP ranges, guarded by the entity tag), retries with back-off, a
 * checksum, and a rename at the end, so that `to` is whole or absent. What has come so far waits in `to`.part.
 */
export async function download(request: Download): Promise<{ bytes: number; sha256: string }> {
  const { to, url, signal, retries = 5, backoff = 0.5 } = request
  makeFolder(dirname(to))
  let failures = 0
  let mismatches = 0
  for (;;) {
    const before = partSize(to)
    try {
      await fetchRest(request)
      const sha256 = await hashFile(part(to))
      if (request.sha256 === undefined || request.sha256 === sha256) {
        const bytes = partSize(to)
        renameSync(part(to), to)
        rmSync(note(to), { force: true })
        return { bytes, sha256 }
      }
      discard(to)
      if (++mismatches > 1)
        throw new BadInput(
          `${url} arrived with sha256 ${sha256}, not ${request.sha256}: what was fetched is deleted; ` +
            "the server's file is damaged or not the one that was meant",
        )
    } catch (error) {
      signal?.throwIfAborted()
      if (!(error instanceof Passing)) throw explainDiskError(error, to)
      failures = partSize(to) > before ? 1 : failures + 1 // a long file over a bad line may break off often, as long as it comes on
      if (failures > retries)
        throw new BadInput(`${url} cannot be fetched (${error.message}): check the network and run the same command again, it resumes`)
      await sleep((error.wait ?? Math.min(30, backoff * 2 ** (failures - 1))) * 1000, undefined, { signal })
    }
  }
}

const part = (to: string) => `${to}.part`
/** Which file the part belongs to. */
const note = (to: string) => `${to}.part.json`
const partSize = (to: string) => statSync(part(to), { throwIfNoEntry: false })?.size ?? 0
const discard = (to: string) => [part(to), note(to)].forEach((file) => rmSync(file, { force: true }))

/** Brings the part to its full length. */
async function fetchRest({ url, to, sha256, headers, signal, stall = 60 }: Download): Promise<void> {
  const earlier = readNote(to)
  if (earlier?.url !== url) discard(to)
  const have = partSize(to)
  // Without a tag nobody can say whether the rest belongs to the same file: a checksum would, but the whole is fetched anew rather than
  // trusted.
  const range = have > 0 && earlier?.tag ? { range: `bytes=${have}-`, 'if-range': earlier.tag } : undefined
  const watch = new AbortController()
  let timer = setTimeout(() => watch.abort(), stall * 1000)
  try {
    const response = await fetch(url, {
      headers: { 'accept-encoding': 'identity', ...headers, ...range },
      signal: signal ? AbortSignal.any([signal, watch.signal]) : watch.signal,
    })
    const resumed = response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${have}-`) === true
    if (response.status === 416 || (response.status === 206 && !resumed)) {
      await response.body?.cancel()
      // All of it is here already: only the rename was missing. The checksum will say.
      if (sha256 !== undefined && response.headers.get('content-range') === `bytes */${have}`) return
      discard(to)
      throw new Passing('the server has no such range')
    }
    if (!response.ok) throw await refusal(response, url)
    const start = resumed ? have : 0
    const length = Number(response.headers.get('content-length') ?? Number.NaN)
    checkSpace(to, length, url)
    const tag = response.headers.get('etag')
    // A weak tag cannot guard a range (RFC 9110, 13.1.5).
    writeFileSync(note(to), JSON.stringify({ url, tag: tag?.startsWith('W/') ? null : tag }))
    const arrived = await append(response, to, start, length, () => {
      clearTimeout(timer)
      timer = setTimeout(() => watch.abort(), stall * 1000)
    })
    if (arrived < length) throw new Passing(`the connection ended after ${start + arrived} of ${start + length} bytes`)
  } catch (error) {
    if (error instanceof BadInput || error instanceof Passing || signal?.aborted || isDiskError(error)) throw error
    if (watch.signal.aborted) throw new Passing(`no data for ${stall} s`)
    const { cause } = error as Error
    throw new Passing(
      (cause as NodeJS.ErrnoException | undefined)?.code ?? (cause as Error | undefined)?.message ?? (error as Error).message,
    )
  } finally {
    clearTimeout(timer)
  }
}

const isDiskError = (error: unknown) =>
  (error as NodeJS.ErrnoException).syscall === 'write' ||
  ['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')

/** Writes what comes from `start` on; returns how many bytes came. */
async function append(response: Response, to: string, start: number, length: number, alive: () => void): Promise<number> {
  const file = openSync(part(to), start > 0 ? 'r+' : 'w')
  const [unit, size] = length < 20e6 ? (['kB', 1e3] as const) : (['MB', 1e6] as const)
  const units = (bytes: number) => Math.ceil(bytes / size)
  const progress = startProgress(`fetch ${basename(to)}`, units(length) || 0, unit)
  if (start > 0) progress.note(`after ${units(start)} ${unit} fetched before`)
  let arrived = 0
  try {
    ftruncateSync(file, start)
    for await (const chunk of response.body ?? []) {
      alive()
      for (let written = 0; written < chunk.length;)
        written += writeSync(file, chunk, written, chunk.length - written, start + arrived + written)
      progress.advance(units(arrived + chunk.length) - units(arrived))
      arrived += chunk.length
    }
    fsyncSync(file)
  } finally {
    closeSync(file)
    progress.done()
  }
  return arrived
}

async function refusal(response: Response, url: string): Promise<Error> {
  await response.body?.cancel()
  const { status } = response
  if (status === 404 || status === 410) return new BadInput(`${url} does not exist (HTTP ${status}): check the address`)
  if (status === 401 || status === 403)
    return new BadInput(
      `${url} may not be read (HTTP ${status}): accept the licence on its page where there is one, ` +
        'and put a token into HF_TOKEN (environment or .env)',
    )
  const wait = Number(response.headers.get('retry-after') ?? Number.NaN)
  if (status === 408 || status === 429 || status >= 500) return new Passing(`HTTP ${status}`, wait >= 0 && wait <= 600 ? wait : undefined)
  return new BadInput(`${url} was refused (HTTP ${status}): check the address`)
}

/** Better to say it before a night's download than at its end. */
function checkSpace(to: string, length: number, url: string): void {
  const { bavail, bsize } = statfsSync(dirname(to))
  const megabytes = (bytes: number) => Math.ceil(bytes / 1e6)
  if (length > bavail * bsize)
    throw new BadInput(
      `${url} needs ${megabytes(length)} MB more in ${dirname(to)}, ${megabytes(bavail * bsize)} MB are free: ` +
        'free some space, what is there already is kept',
    )
}

function readNote(to: string): { url: string; tag: string | null } | undefined {
  if (!existsSync(note(to))) return undefined
  try {
    return JSON.parse(readFileSync(note(to), 'utf8')) as { url: string; tag: string | null }
  } catch {
    return undefined
  }
}
