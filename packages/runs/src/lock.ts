import { takeLock } from '@whetstone/core'
import { runFiles } from './run-files.ts'

const otherwise = 'take another name with --run=NAME'

/** Takes a run for this process, the only one that writes to it; refused with who has it. */
export const lockRun = (run: string): Disposable => takeLock(runFiles(run).lock, { what: `Run ${run}`, otherwise })

/** For what reads finished rounds for a while (an export, a copy of the bank): meanwhile nothing of them is removed or moved, while a round may go on. */
export const lockReading = (run: string): Disposable => takeLock(runFiles(run).reading, { what: `Run ${run}`, shared: true })

/** Before finished rounds are removed or moved: refused while somebody reads them. The run is to be this process's own already. */
export const lockRemoval = (run: string): Disposable => takeLock(runFiles(run).reading, { what: `What run ${run} holds` })
