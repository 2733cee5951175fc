import { writeResult } from '../write-result.ts'
import { BadInput } from '@whetstone/core'
import {
  bankQuality,
  countUses,
  exportBank,
  importBank,
  measureLift,
  openBank,
  readImport,
  type Bank,
  type ExchangeFormat,
} from '@whetstone/memory'
import { bankRounds, bankTag, lockReading, lockRun, openRun, readIncumbent, runFiles } from '@whetstone/runs'
import { auditRun } from './memory-audit.ts'
import { showAudit, showFound, showList, showMemory, showQuality } from './memory-show.ts'
import type { Recipe } from '@whetstone/recipe/recipe.ts'

export const memoryActions = ['list', 'show', 'search', 'export', 'import', 'audit'] as const
export type MemoryAction = (typeof memoryActions)[number]
export type MemoryCommand = {
  action: MemoryAction
  recipe: Recipe
  run: string
  /** A bank elsewhere: a folder or an object-store URI. Default: the run's. */
  uri?: string
  tag?: string
  id?: string
  query?: string
  file?: string
  format?: ExchangeFormat | undefined
  rows?: string
  limit?: number
  retired: boolean
  json?: string
  print: (text: string) => void
}

/** Looks into a bank, takes one in, writes one out. */
export async function memoryCommand(command: MemoryCommand): Promise<void> {
  const { action, recipe, run, json, print } = command
  if (!recipe.memory) throw new BadInput(`Recipe ${recipe.name} has no memory`)
  const uri = command.uri ?? runFiles(run).bank
  const { tag } = command
  if (action === 'import') return await takeIn(command, uri)
  if (action === 'search' || action === 'audit') {
    await using embedder = await recipe.memory.embedder.open()
    await using bank = await openBank({ uri, embedder, existing: true, tag })
    if (action === 'search') {
      if (command.query === undefined) throw new BadInput('Say what to search for: --query=TEXT')
      const found = await bank.search(command.query, command.limit ?? 10)
      writeResult(
        json,
        found.map(({ memory, similarity }) => ({ ...memory, similarity })),
      )
      return print(showFound(found))
    }
    const audited = await auditRun(bank, {
      recipe,
      run,
      embedder,
      rows: command.rows,
      limit: command.limit,
    })
    writeResult(json, audited)
    return print(showAudit(audited))
  }
  using _reading = command.uri === undefined ? lockReading(run) : null
  await using bank = await openBank({ uri, embedder: null, tag })
  if (action === 'export') {
    if (command.file === undefined) throw new BadInput('Say where to write: --out=reasoning_bank.json')
    return print(`${await exportBank(bank, command.file, command.format)} memories of ${uri} written to ${command.file}`)
  }
  const uses = await countUses(command.uri === undefined ? openRun(run).trainTraces() : [])
  const lifts = measureLift(uses, { round: Math.max(1, ...uses.keys()), halfLife: 8 })
  if (action === 'show') {
    const memory = (await bank.memories({ retired: true })).find(({ id }) => id === command.id)
    if (!memory)
      throw new BadInput(
        command.id === undefined
          ? 'Say which memory: --id=memory-…'
          : `Bank ${uri} has no memory "${command.id}": see npx nx run loops:memory list`,
      )
    writeResult(json, { ...memory, lift: lifts.get(memory.id) ?? null })
    return print(showMemory(memory, lifts.get(memory.id)))
  }
  const memories = await bank.memories({ retired: command.retired })
  const quality = await bankQuality(uri, uses, { rounds: bankRounds((await bank.tags()).length) })
  writeResult(json, { memories: memories.map((memory) => ({ ...memory, lift: lifts.get(memory.id) ?? null })), quality })
  print(
    [
      `${uri}: ${await bank.size()} memories, embedded by ${await bank.embedder()}`,
      showQuality(quality),
      showList(memories, lifts, command.limit ?? 50),
    ]
      .filter(Boolean)
      .join('\n'),
  )
}

/** Imports into a bank. Of a run, it becomes part of what the incumbent remembers, so that the next round begins with it. */
async function takeIn({ recipe, run, uri: elsewhere, file, format: named, json, print }: MemoryCommand, uri: string): Promise<void> {
  if (file === undefined) throw new BadInput('Say what to import: --file=reasoning_bank.json')
  // Read before anything is opened: a file that is no bank leaves none behind.
  const read = readImport(file, named)
  using _lock = elsewhere === undefined ? lockRun(run) : null
  await using embedder = (await recipe.memory?.embedder.open()) ?? null
  await using bank = await openBank({ uri, embedder })
  const tag = elsewhere === undefined ? (readIncumbent(run)?.bank ?? bankTag(0)) : null
  if (tag !== null) await toTag(bank, tag)
  const imported = await importBank(bank, read)
  const { format, rows, added, size, damaged, assumed } = imported
  if (tag !== null) await bank.tag(tag)
  for (const problem of damaged) process.stderr.write(`${problem}\n`)
  writeResult(json, imported)
  print(
    `${rows} rows of ${file} (${format}): ${added} memories added, ${rows - added - damaged.length} known already, ${damaged.length} damaged and left out; ${uri} holds ${size}${assumed.map((each) => `\n  ${each}`).join('')}`,
  )
}

/** An open round may have written to the bank; what the incumbent remembers is at its tag. */
async function toTag(bank: Bank, tag: string): Promise<void> {
  if ((await bank.tags()).some(({ name }) => name === tag)) await bank.rollback(tag)
}
