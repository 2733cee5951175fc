import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { BadInput } from '@whetstone/core'
import type { Recipe } from '@whetstone/recipe/recipe.ts'
import { readBankPlace, runFiles, writeBankPlace } from '@whetstone/runs'
import { openStore } from '@whetstone/store'
import { z } from 'zod'

/** Beside a bank elsewhere: the one run that writes to it, and from which machine. */
const Writer = z.object({ writer: z.string(), run: z.string(), host: z.string(), session: z.string(), since: z.string() })
const record = 'writer.json'

/** A bank that this process writes to. */
export type Claim = {
  /** Throws where another machine has gone on with the run since. */
  check(): Promise<void>
}

/**
 * Where a recipe keeps its bank elsewhere (`memory.uri`): says so in the run's files, for all who read the bank, and beside the bank, so that no other run writes to it. A run restored on another
 * machine takes its bank over; the machine that it was on refuses to go on.
 */
export async function claimBank(run: string, memory: Pick<NonNullable<Recipe['memory']>, 'uri'> | null): Promise<Claim | null> {
  const known = readBankPlace(run)
  const uri = memory?.uri
  if (memory === null || (uri === undefined && known === null)) return null
  if (uri !== known?.uri) checkMove(run, uri, known?.uri)
  const place = known ?? { uri: uri as string, writer: randomUUID() }
  // LanceDB knows these and we do not: it opens the bank, and who else writes to it is not looked after.
  if (/^(gs|az):\/\//i.test(place.uri)) {
    writeBankPlace(run, place)
    return null
  }
  const session = randomUUID()
  const read = async () => {
    await using store = await openStore(place.uri)
    const text = await store.read(record)
    if (text === null) return null
    try {
      return Writer.parse(JSON.parse(text))
    } catch {
      throw new BadInput(
        `${store.where}: ${record} is no record of a bank's writer: it was altered, or a proxy or a login page answers there`,
      )
    }
  }
  const other = await read()
  if (other !== null && other.writer !== place.writer)
    throw new BadInput(
      `The memory bank ${place.uri} is written by run ${other.run} on ${other.host} since ${other.since.slice(0, 16)}, and has one writer: give this run a memory.uri of its own (others read it by loops:memory --bank=${place.uri} --tag=TAG)`,
    )
  {
    await using store = await openStore(place.uri)
    const claimed = { writer: place.writer, run, host: hostname(), session, since: new Date().toISOString() }
    await store.write(record, `${JSON.stringify(claimed, null, 1)}\n`)
  }
  writeBankPlace(run, place)
  return {
    async check() {
      const now = await read()
      if (now?.session !== session)
        throw new BadInput(
          `Run ${run} is carried on by ${now?.host ?? 'another machine'} since ${now?.since.slice(0, 16) ?? 'some time'}, which writes to ${place.uri} now: a bank has one writer; end that one, then the same command goes on here`,
        )
    },
  }
}

/** A bank stays where it was begun. */
function checkMove(run: string, wanted: string | undefined, known: string | undefined): void {
  const local = runFiles(run).bank
  if (known !== undefined)
    throw new BadInput(
      `Run ${run} keeps its memory bank at ${known}, and the recipe says ${wanted === undefined ? 'nothing of it' : wanted}: put memory.uri back, or begin another run (--run=NEW) and bring the memories along (loops:memory export, import)`,
    )
  if (existsSync(local))
    throw new BadInput(
      `Run ${run} keeps its memory bank in ${local}, and memory.uri says ${wanted}: leave memory.uri out, or begin another run (--run=NEW) and bring the memories along (loops:memory export, import)`,
    )
}
