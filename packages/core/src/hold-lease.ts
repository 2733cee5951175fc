import { readFileSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { BadInput } from './bad-input.ts'
import { writeAtomic } from './write-atomic.ts'

/** File systems that several machines may see at once (statfs(2)'s magic numbers), where a lock of the operating system may reach no further than one of them. */
const networkTypes = new Set([
  0x6969, // NFS
  0x517b, // SMB
  0xff534d42, // CIFS
  0xfe534d42, // SMB 2
  0x65735546, // FUSE: sshfs, and what object stores are mounted by
  0x0bd00bd0, // Lustre
  0x00c36400, // Ceph
  0x01021997, // 9p
  0x47504653, // GPFS
  0x19830326, // BeeGFS
])
const renewal = 10_000
/** Without a sign for so long a holder on another machine is taken for gone. */
const patience = 120_000

/**
 * On a disk of several machines: refuses where another machine has given a sign within two minutes, and gives signs for this one until
 * disposed of. The file's own times are compared with each other, so that clocks need not agree. Elsewhere it does nothing.
 */
export function holdLease(file: string, { what, network = isNetworkDisk(dirname(file)) }: { what: string; network?: boolean }): Disposable {
  if (!network) return { [Symbol.dispose]() {} }
  const other = hostOf(file)
  const silent = other !== null && other !== hostname() ? now(file) - statSync(file).mtimeMs : Infinity
  if (silent < patience)
    throw new BadInput(
      `${what} is in use by a process on ${other}, which gave a sign ${Math.round(silent / 1000)} s ago: wait for it, or stop it there; it is free ${Math.ceil((patience - silent) / 1000)} s from now if that machine is gone`,
    )
  const timer = setInterval(() => {
    const owner = hostOf(file)
    if (owner === null || owner === hostname()) return giveSign(file)
    // Another machine took us for gone: two writers would spoil the run.
    process.stderr.write(`${what} was taken over by ${owner}: this process stops\n`)
    process.kill(process.pid, 'SIGTERM')
  }, renewal)
  timer.unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }
}

function isNetworkDisk(folder: string): boolean {
  try {
    return networkTypes.has(Number(statfsSync(folder).type) >>> 0)
  } catch {
    return false
  }
}

function hostOf(file: string): string | null {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { host?: string }).host ?? null
  } catch {
    return null
  }
}

/** The disk's own clock. */
function now(file: string): number {
  const probe = `${file}.${process.pid}.tmp`
  writeFileSync(probe, '')
  const { mtimeMs } = statSync(probe)
  rmSync(probe)
  return mtimeMs
}

/** Written anew, so that the disk's clock sets its time. */
function giveSign(file: string): void {
  try {
    writeAtomic(file, readFileSync(file, 'utf8'))
  } catch {
    // gone with the run's folder, or a disk that is away for a while
  }
}
