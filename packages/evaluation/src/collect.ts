import { existsSync, rmSync, statSync, truncateSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { appendRows, BadInput, hash, hashFile, readRows, reread, startProgress, writeRows, Trace, makeFolder } from '@whetstone/core'
import { attemptChunk } from './attempt-chunk.ts'
import { type CollectRequest } from './collect-request.ts'
import { inOrder } from './in-order.ts'
import { lyingAside, putAside, quarantineFile } from './quarantine.ts'
import { shareJudge, shareTeachers } from './share-teachers.ts'

/** The traces as they stand in the file, read as often as asked for. */
export type Collected = { traces: AsyncIterable<Trace>; faults: { retried: number; failed: number; quarantined: number } }

const Chunk = z.object({
  chunk: z.number().int(),
  bytes: z.number().int(),
  traces: z.number().int(),
  failed: z.number().int(),
  retried: z.number().int(),
  /** Attempts whose answers could not be worked on, put aside. */
  quarantined: z.number().int().default(0),
  /** Of a chunk of attempts that lay aside: those that went well now. */
  again: z.boolean().default(false),
  mended: z.array(z.string()).default([]),
  /** Of this entry and the bytes that the chunk added; older ledgers have none. */
  hash: z.string().optional(),
})

/**
 * Attempts tasks in canonical order (task, then sample) in fixed chunks and appends each chunk's traces whole: a torn chunk is cut off and done again, a whole one never. So a run that was
 * killed however often ends with the same file as an undisturbed one, wherever the backend is reproducible.
 */
export async function collect(request: CollectRequest): Promise<Collected> {
  const chunks = request.groups.flatMap(({ tasks, samples, solver = request.solver }) =>
    inChunks(
      tasks.flatMap((task) => Array.from({ length: samples }, (_, sample) => ({ task, sample }))),
      request.chunk,
    ).map((slice) => ({ slice, solver })),
  )
  const ledger = `${request.file}.chunks`
  const done = await resume(request.file, ledger)
  const again = request.retryQuarantined ? await lyingAside(request.file, done) : new Set<string>()
  const whole = done.filter((entry) => !entry.again).length
  if (whole < chunks.length || again.size > 0) {
    const left = chunks.slice(whole).map((chunk) => ({ ...chunk, again: false }))
    for (const [solver, some] of Map.groupBy(chunks, (chunk) => chunk.solver)) {
      const back = some.flatMap(({ slice }) => slice).filter(({ task, sample }) => again.has(`${task.id}#${sample}`))
      if (back.length > 0) left.unshift({ slice: back, solver, again: true })
    }
    const progress = startProgress(
      request.label,
      left.reduce((count, { slice }) => count + slice.length, 0),
      'attempts',
    )
    let passed = 0
    let tried = 0
    try {
      await using stack = new AsyncDisposableStack()
      const model = stack.use(await request.open())
      // The judge stays open: it is asked after every attempt.
      const asked = request.teachers?.['judge']
      const judge = asked && shareJudge(asked, stack)
      const teachers = model.ahead ? shareTeachers(request.teachers ?? {}, stack) : request.teachers
      const onTrace = (trace: Trace) => {
        tried++
        if (trace.grade.passed) passed++
        progress.note(`${((100 * passed) / tried).toFixed(0)}% passed`)
        progress.advance()
      }
      // Work that is done elsewhere does not stand still at the end of each chunk; the file holds chunks in their order all the same.
      const attempted = inOrder(left, {
        ahead: () => model.ahead?.(request.chunk) ?? 1,
        work: ({ slice, solver }, signal) => attemptChunk({ ...request, solver, teachers, judge, signal }, model, slice, onTrace),
        signal: request.signal,
      })
      for await (const { item, result } of attempted) {
        const { slice } = item
        const { traces, faults, retried, quarantined } = result
        request.signal?.throwIfAborted()
        if (faults.length === slice.length)
          throw new BadInput(
            `${request.label}: the provider failed on all ${slice.length} attempts of a chunk (${faults[0]?.fault}): mend it and run the same command again, it resumes here`,
          )
        putAside(
          request.file,
          quarantined.map((row) => ({ ...row, chunk: done.length })),
        )
        if (quarantined.length > 0)
          process.stderr.write(
            `${request.label}: ${quarantined.length} answers could not be worked on and lie aside in ${quarantineFile(request.file)} (${quarantined[0]?.why}); --retry-quarantined attempts them once more\n`,
          )
        const bytes = appendRows(request.file, traces)
        const entry = {
          chunk: done.length,
          bytes,
          traces: traces.length,
          failed: item.again ? 0 : faults.length,
          retried,
          // Those that lay aside are counted already.
          quarantined: item.again ? -traces.length : quarantined.length,
          again: item.again,
          mended: item.again ? traces.map(({ task, sample }) => `${task}#${sample}`) : [],
        }
        const sealed = { ...entry, hash: await seal(request.file, done.at(-1)?.bytes ?? 0, entry) }
        appendRows(ledger, [sealed])
        done.push(sealed)
      }
    } finally {
      progress.done()
    }
  }
  const traces = reread(() => readRows(request.file, Trace, { optional: true }))
  return { traces, faults: { retried: sum(done, 'retried'), failed: sum(done, 'failed'), quarantined: sum(done, 'quarantined') } }
}

function inChunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, chunk) => items.slice(chunk * size, (chunk + 1) * size))
}

const sum = (entries: readonly z.infer<typeof Chunk>[], member: 'retried' | 'failed' | 'quarantined') =>
  entries.reduce((total, entry) => total + entry[member], 0)

/** The whole chunks so far; what a torn chunk left behind is cut off, and so is what follows a chunk whose bytes are not those that were written. */
async function resume(file: string, ledger: string): Promise<z.infer<typeof Chunk>[]> {
  makeFolder(dirname(file))
  const done = await entries(ledger)
  const size = existsSync(file) ? statSync(file).size : 0
  const sound: z.infer<typeof Chunk>[] = []
  for (const entry of done) {
    const from = sound.at(-1)?.bytes ?? 0
    const { hash: written, ...rest } = entry
    if (entry.bytes > size || (written !== undefined && written !== (await seal(file, from, rest)))) break
    sound.push(entry)
  }
  if (sound.length < done.length) {
    process.stderr.write(
      `${file}: ${done.length - sound.length} of ${done.length} chunks are not what was written, the disk may be failing: they are attempted again\n`,
    )
    await writeRows(ledger, sound)
  }
  const bytes = sound.at(-1)?.bytes ?? 0
  if (bytes === 0) rmSync(file, { force: true })
  else if (size > bytes) truncateSync(file, bytes)
  return sound
}

const seal = async (file: string, from: number, entry: Omit<z.infer<typeof Chunk>, 'hash'>) =>
  hash([await hashFile(file, from, entry.bytes), entry])

/** The ledger, as far as it can be read. */
async function entries(ledger: string): Promise<z.infer<typeof Chunk>[]> {
  const found: z.infer<typeof Chunk>[] = []
  try {
    for await (const entry of readRows(ledger, Chunk, { optional: true })) found.push(entry)
  } catch (error) {
    if (!(error instanceof BadInput)) throw error
    process.stderr.write(`${error.message}\nWhat follows is attempted again\n`)
    await writeRows(ledger, found)
  }
  return found
}
