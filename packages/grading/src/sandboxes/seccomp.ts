/**
 * A seccomp filter (classic BPF, struct sock_filter in linux/filter.h) for interpreters: processes cannot be started (threads can), and
 * sockets, shared memory, tracing, kernel keys, mounts and namespaces are refused with EPERM. It closes what resource limits leave open,
 * e.g. memory held in SysV segments or memfds, or a process that asks not to die with its parent. Null on processors whose system call numbers we have not written down.
 */
export function seccompFilter(arch: string = process.arch): Uint8Array | null {
  const table = tables[arch]
  if (!table) return null
  const load = (offset: number) => instruction(0x20, 0, 0, offset) // BPF_LD | BPF_W | BPF_ABS
  const refuse = (code: number) => instruction(0x06, 0, 0, 0x00050000 | code) // SECCOMP_RET_ERRNO
  const allow = instruction(0x06, 0, 0, 0x7fff0000)
  const equal = (value: number, ifTrue: number, ifFalse: number) => instruction(0x15, ifTrue, ifFalse, value) // BPF_JMP | BPF_JEQ | BPF_K
  const refused = [...table.refused, ...sharedRefused]
  return Buffer.concat([
    load(4), // seccomp_data.arch
    equal(table.audit, 1, 0),
    refuse(EPERM),
    load(0), // seccomp_data.nr
    // The x32 ABI's numbers, which would slip past the list.
    instruction(0x35, 0, 1, 0x40000000), // BPF_JGE
    refuse(EPERM),
    // clone3 hides its flags in memory: "not implemented" makes the C library fall back to clone.
    equal(CLONE3, 0, 1),
    refuse(ENOSYS),
    ...refused.flatMap((number) => [equal(number, 0, 1), refuse(EPERM)]),
    equal(table.prctl, 0, 4),
    load(16), // low half of the first argument
    equal(PR_SET_PDEATHSIG, 0, 1), // else it would live on when what started it is killed
    refuse(EPERM),
    allow,
    equal(table.clone, 0, 3),
    load(16),
    instruction(0x45, 1, 0, CLONE_THREAD), // BPF_JSET
    refuse(EPERM),
    allow,
  ])
}

function instruction(code: number, ifTrue: number, ifFalse: number, k: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt16LE(code, 0)
  bytes.writeUInt8(ifTrue, 2)
  bytes.writeUInt8(ifFalse, 3)
  bytes.writeUInt32LE(k >>> 0, 4)
  return bytes
}

const EPERM = 1
const ENOSYS = 38
const CLONE_THREAD = 0x10000
const PR_SET_PDEATHSIG = 1
const CLONE3 = 435
/**
 * The same on all architectures since Linux 5.1: io_uring_setup, io_uring_enter, io_uring_register, open_tree, move_mount, fsopen, fsconfig,
 * fsmount, pidfd_open, pidfd_getfd, mount_setattr, memfd_secret.
 */
const sharedRefused = [425, 426, 427, 428, 429, 430, 431, 432, 434, 438, 442, 447]
/** Numbers from asm/unistd_64.h and asm-generic/unistd.h; `audit` is AUDIT_ARCH. */
const tables: Record<string, { audit: number; clone: number; prctl: number; refused: number[] }> = {
  x64: {
    audit: 0xc000003e,
    clone: 56,
    prctl: 157,
    // shmget shmat shmctl, socket, socketpair, fork, vfork, semget, msgget, ptrace, mount, umount2, pivot_root, chroot, add_key,
    // request_key, keyctl, unshare, setns,
    // process_vm_readv, process_vm_writev, memfd_create, bpf, perf_event_open, userfaultfd, mq_open, name_to_handle_at, open_by_handle_at
    refused: [
      29, 30, 31, 41, 53, 57, 58, 64, 68, 101, 165, 166, 155, 161, 248, 249, 250, 272, 308, 310, 311, 319, 321, 298, 323, 240, 303, 304,
    ],
  },
  arm64: {
    audit: 0xc00000b7,
    clone: 220,
    prctl: 167,
    refused: [194, 196, 195, 198, 199, 190, 186, 117, 40, 39, 41, 51, 217, 218, 219, 97, 268, 270, 271, 279, 280, 241, 282, 180, 264, 265],
  },
}
