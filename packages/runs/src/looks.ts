import { existsSync } from 'node:fs'
import { Look, readJson, writeJson } from '@whetstone/core'
import { z } from 'zod'
import { runFiles } from './run-files.ts'

const Looks = z.array(Look)

/** reports/<run>/looks.json: every look at the run's validation data, in order. What was looked at stays looked at, whatever is done again or undone. */
export function readLooks(run: string): Look[] {
  const { looks } = runFiles(run)
  return existsSync(looks) ? readJson(looks, Looks) : []
}

/** The looks that came before that of this round: all but its own, which a round that is finished a second time has written already. */
export const looksBefore = (run: string, round: number): Look[] => readLooks(run).filter((look) => look.withdrawn || look.round !== round)

/** Records the look of a round that is decided; doing it again changes nothing. */
export function recordLook(run: string, look: Look): void {
  writeJson(runFiles(run).looks, [...looksBefore(run, look.round), look])
}

/** A round whose validation attempts were made is done again, or undone with those after it: its look is spent and promotes nothing. */
export function withdrawLooks(run: string, { from, open }: { from: number; open: Omit<Look, 'withdrawn'> | null }): void {
  const looks = readLooks(run)
  const own = open && !looks.some((look) => look.round === open.round && !look.withdrawn) ? [{ ...open, withdrawn: true }] : []
  writeJson(runFiles(run).looks, [...looks.map((look) => (look.round >= from ? { ...look, withdrawn: true } : look)), ...own])
}
