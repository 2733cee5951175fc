import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DatabaseSync } from 'node:sqlite'
import { makeFolder } from './make-folder.ts'
import { BadInput } from './bad-input.ts'
import { holdLease } from './hold-lease.ts'
import { explainDiskError, writeAtomic } from './write-atomic.ts'

export type LockOwner = { pid: number; host: string; command: string; stopped: boolean }
export type TakeLock = {
  /** What is locked, for messages: `Run tiny`. */
  what: string
  /** Any number may hold it shared, one alone. Default: alone. */
  shared?: boolean
  /** Milliseconds to try: two that begin at once hinder each other for some. */
  patience?: number
  /** What else the user can do where another has it: `take another name with --run=NAME`. */
  otherwise?: string
  /** Whether several machines see the file, where the file system does not tell. */
  network?: boolean
}

/**
 * Locks a file for this process until it is disposed of or ends, however it ends: an operating-system lock (the one that SQLite takes on a
 * database, here an empty one), so that nothing is left to be cleaned up after a kill, and a stopped process keeps what it has. On a disk of
 * several machines a lease stands beside it. Throws BadInput naming who has it. The file stays; only its lock counts.
 */
export function takeLock(file: string, { what, shared = false, patience = 1000, otherwise, network }: TakeLock): Disposable {
  const taken = begin(file, { shared, patience })
  if (taken === null) throw new InUse(inUse(what, lockOwner(file), otherwise))
  let lease: Disposable | null = null
  try {
    if (!shared) {
      lease = holdLease(ownerFile(file), { what, network })
      writeAtomic(ownerFile(file), JSON.stringify(self()))
    }
  } catch (error) {
    taken.close()
    throw explainDiskError(error, file)
  }
  return {
    [Symbol.dispose]() {
      lease?.[Symbol.dispose]()
      if (!shared) rmSync(ownerFile(file), { force: true })
      taken.close()
    },
  }
}

class InUse extends BadInput {}

/** {@link takeLock}, waiting for whoever has it; that is said once. */
export async function awaitLock(file: string, options: TakeLock & { signal?: AbortSignal }): Promise<Disposable> {
  for (let said = false; ; said = true) {
    options.signal?.throwIfAborted()
    try {
      return takeLock(file, { ...options, patience: 50 })
    } catch (error) {
      // whoever had it may have let it go since
      if (!(error instanceof InUse) && !(error instanceof BadInput && lockOwner(file))) throw error
      if (!said) process.stderr.write(`${error.message}; waiting\n`)
      await sleep(300, undefined, { signal: options.signal })
    }
  }
}

/** Who holds a lock, alone or shared with others; undefined where nobody does. Looking at it hinders nobody for longer than a moment. */
export function lockOwner(file: string): LockOwner | undefined {
  if (!existsSync(file)) return undefined
  const free = begin(file, { shared: true, patience: 0, look: true })
  free?.close()
  const holders = holdersOf(file)
  if (free && holders.length === 0) return undefined
  const recorded = readOwner(file)
  const pid = holders[0] ?? recorded?.pid
  if (pid === undefined) return { pid: 0, host: self().host, command: 'unknown', stopped: false }
  const same = recorded?.pid === pid ? recorded : undefined
  return { pid, host: same?.host ?? self().host, command: same?.command ?? commandOf(pid), stopped: isStopped(pid) }
}

const ownerFile = (file: string) => `${file}.owner`
const self = () => ({ pid: process.pid, host: hostname(), command: process.argv.slice(1).join(' ') })

function inUse(what: string, owner: LockOwner | undefined, otherwise: string | undefined): string {
  const or = otherwise ? `, or ${otherwise}` : ''
  if (!owner || owner.pid === 0) return `${what} is in use by another process: wait for it, or stop it${or}`
  const { pid, host, command, stopped } = owner
  const who = `${what} is in use by process ${pid} on ${host} (${command})`
  return stopped
    ? `${who}, which is stopped: let it go on (kill -CONT ${pid}), end it (kill -KILL ${pid})${or}`
    : `${who}: wait for it, stop it (kill ${pid})${or}`
}

/** SQLite's codes for a lock that another holds and for a disk that cannot be written. */
const busy = 5
const refusals = new Map([
  [8, 'EROFS'],
  [13, 'ENOSPC'],
  [14, 'EACCES'],
])

/** An open transaction on the file, which holds its lock; null where another has it. */
function begin(file: string, { shared, patience, look = false }: { shared: boolean; patience: number; look?: boolean }) {
  const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite')
  let database: DatabaseSync | null = null
  try {
    if (!look) makeFolder(dirname(file))
    database = new Database(file, { readOnly: look, timeout: patience })
    database.exec(shared ? 'BEGIN; SELECT count(*) FROM sqlite_schema' : 'BEGIN EXCLUSIVE')
    return database
  } catch (error) {
    database?.close()
    const code = ((error as { errcode?: number }).errcode ?? 0) & 0xff
    if (code === busy) return null
    const refusal = refusals.get(code)
    throw explainDiskError(refusal ? Object.assign(error as Error, { code: refusal }) : error, file)
  }
}

/** Processes that hold a lock on a file, as Linux lists them; none elsewhere. */
function holdersOf(file: string): number[] {
  try {
    const { ino } = statSync(file)
    return readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .map((line) => /^\d+: POSIX +ADVISORY +\w+ (\d+) [0-9a-f]+:[0-9a-f]+:(\d+) 10737418\d\d /.exec(line))
      .filter((hit) => hit !== null && Number(hit[2]) === ino)
      .map((hit) => Number(hit?.[1]))
  } catch {
    return []
  }
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean).slice(1).join(' ')
  } catch {
    return 'unknown'
  }
}

/** Whether a process stands still (SIGSTOP, Ctrl-Z), as Linux tells. */
function isStopped(pid: number): boolean {
  try {
    return /^[tT]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1) ?? '')
  } catch {
    return false
  }
}

function readOwner(file: string): Omit<LockOwner, 'stopped'> | undefined {
  try {
    const owner = JSON.parse(readFileSync(ownerFile(file), 'utf8')) as LockOwner
    return Number.isInteger(owner.pid) && typeof owner.host === 'string' && typeof owner.command === 'string' ? owner : undefined
  } catch {
    return undefined
  }
}
