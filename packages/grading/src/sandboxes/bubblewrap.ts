import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { openCell } from './cell.ts'
import type { Limits, Role, Sandbox } from './sandbox.ts'
import { seccompFilter } from './seccomp.ts'
import { whyMissing } from './start-ready.ts'

/**
 * Python in bubblewrap (github.com/containers/bubblewrap), Linux only, about 20 ms a start: own namespaces (no network, no processes to
 * see), of the host's files only Python's own and read-only, 16 MiB of /tmp, another user id when we are root, no capabilities, rlimits on
 * processor time, memory, files and threads, and a seccomp filter against starting processes.
 */
export const bubblewrap: Sandbox = {
  name: 'bubblewrap',
  language: 'python',
  missing: () => (found ??= probe()),
  async start(role, limits) {
    const output = limits.output * 2 ** 20
    return openCell([...confined(role, limits), '-c', source(role)], filter ? { output, handed: filter } : { output })
  },
}

const text = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')
const sources: Partial<Record<Role, string>> = {}
const source = (role: Role) => (sources[role] ??= text('channel.py') + text(`${role}.py`))

const filter = seccompFilter()

/**
 * Each sandbox of a root user's runs as its own user id, since process limits count by user; the range is used by nobody in /etc/passwd or
 * /etc/subuid by default.
 */
let turn = (process.pid * 64) % 50_000
const otherUser = () => {
  turn = (turn + 1) % 50_000
  return 2_000_000 + turn
}

/** Argument vector up to the interpreter's own arguments. */
function confined(role: Role, limits: Limits): string[] {
  const user = process.getuid?.() === 0 ? otherUser() : null
  const mebibytes = (count: number) => String(count * 2 ** 20)
  const [python, prlimit] = ['/usr/bin/python3', '/usr/bin/prlimit'].map((path) => realpathSync(path)) as [string, string]
  return [
    ...(user === null ? [] : ['/usr/bin/setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups', '--']),
    ...[prlimit, `--as=${mebibytes(limits.memory)}`, `--fsize=${mebibytes(8)}`, '--nofile=64', '--core=0'],
    // A judge serves many trials; each of them is under the wall clock.
    ...(role === 'program' ? [`--cpu=${Math.ceil(limits.seconds) + 5}`, '--'] : ['--']),
    // As process 1 of its namespace the interpreter is waited for by bubblewrap itself, and leaves no zombie.
    ...['/usr/bin/bwrap', '--unshare-all', '--unshare-user', '--disable-userns', '--as-pid-1', '--die-with-parent', '--new-session'],
    ...['--uid', '65534', '--gid', '65534', '--cap-drop', 'ALL', '--clearenv', '--setenv', 'PYTHONHASHSEED', '0'],
    ...[python, prlimit, '/usr/lib', '/usr/lib64'].flatMap((path) => ['--ro-bind-try', path, path]),
    ...['--symlink', 'usr/lib', '/lib', '--symlink', 'usr/lib64', '/lib64'],
    ...['--size', mebibytes(16), '--tmpfs', '/tmp', '--chdir', '/tmp', '--remount-ro', '/'],
    ...(filter ? ['--seccomp', '3'] : []),
    // Threads are limited inside, where the kernel counts for this namespace and not for all that our user runs.
    ...[prlimit, '--nproc=16', '--'],
    // No site packages, no byte code written; a fixed hash seed keeps the order of sets, and so the verdict, the same.
    ...[python, '-S', '-s', '-B'],
  ]
}

let found: Promise<string | null> | undefined
async function probe(): Promise<string | null> {
  if (process.platform !== 'linux') return 'bubblewrap is for Linux'
  const advice = 'install bubblewrap and python3, e.g. `apt-get install bubblewrap python3`'
  const absent = ['/usr/bin/bwrap', '/usr/bin/prlimit', '/usr/bin/setpriv', '/usr/bin/python3'].find((path) => !existsSync(path))
  if (absent) return `${absent} not found: ${advice}`
  return (await whyMissing(bubblewrap))?.concat(`: ${advice}`) ?? null
}
