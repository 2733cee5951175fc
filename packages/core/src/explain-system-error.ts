import { BadInput } from './bad-input.ts'

/** What the operating system refuses, and what to do about it. */
const sentences: Record<string, string> = {
  ENOENT:
    'no such file, folder or program is there: check the path, bring it back from a copy where it was moved or deleted, or install it',
  ENOSPC: 'the disk is full: free some space and run the same command again, it resumes',
  EDQUOT: 'your quota of the disk is used up: free some space or ask for more, then run the same command again, it resumes',
  EROFS: 'the disk is read-only: mount it for writing, or set WHETSTONE_ROOT to a folder elsewhere',
  EACCES: 'permission is missing: check who owns the file and its folder (ls -l), or set WHETSTONE_ROOT to a folder of yours',
  EPERM: 'it is not allowed: check who owns the file and its folder, and whether it is locked against changes',
  EMFILE: 'too many files are open: raise the limit (ulimit -n 4096) and run the same command again',
  ENFILE: 'the machine has too many files open: end other programs and run the same command again',
  ENOTDIR: 'a part of the path is a file, not a folder: move that file away',
  EEXIST: 'something else of that name is there, perhaps a file where a folder is needed: move it away',
  EISDIR: 'it is a folder, and a file is needed: check the path',
  ELOOP: 'links there lead in a circle: remove one',
  ENAMETOOLONG: 'the name is too long for the disk: take a shorter one',
  EADDRINUSE: 'the port is taken: give another one with --port, or end what uses it',
  EIO: 'the disk reports a fault: look into the system log (dmesg), and copy what you need before anything else',
  ESTALE: 'the network disk was mounted anew in between: run the same command again, it resumes',
  ENOMEM: 'memory is short: end other programs, or ask for less at once (--concurrency, --threads)',
}

/** A trouble of the machine as a user's sentence with its remedy; what is none comes back as it is. */
export function explainSystemError(error: unknown): unknown {
  const { code, path, syscall } = error as NodeJS.ErrnoException
  const sentence = code === undefined ? undefined : sentences[code]
  if (error instanceof BadInput || sentence === undefined) return error
  return new BadInput(`${path ?? `The system call ${syscall ?? ''}`.trim()}: ${sentence} (${code})`)
}
