import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { constants, gunzipSync, zstdDecompressSync } from 'node:zlib'
import { BadInput } from '@whetstone/core'

/** Most that is unpacked, in bytes. */
const most = 4 * 2 ** 30
const packers = [
  { name: 'gzip', mark: [0x1f, 0x8b], unpack: gunzipSync, flush: constants.Z_SYNC_FLUSH },
  { name: 'zstd', mark: [0x28, 0xb5, 0x2f, 0xfd], unpack: zstdDecompressSync, flush: constants.ZSTD_e_flush },
  { name: 'bzip2', mark: [0x42, 0x5a, 0x68] },
  { name: 'xz', mark: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
] as const

/** A file's bytes, unpacked where gzip or zstd packed it, whatever its name; other packings and what cannot be unpacked are refused by name. */
export const readBytes = (file: string): Uint8Array => unpack(readFileSync(file), file)

/** The same of the first bytes, to see what a file is: `size` of them before unpacking. */
export function readHeadBytes(file: string, size: number): Uint8Array {
  const bytes = Buffer.alloc(size)
  const handle = openSync(file, 'r')
  try {
    return unpack(bytes.subarray(0, readSync(handle, bytes, 0, bytes.length, 0)), file, true)
  } finally {
    closeSync(handle)
  }
}

function unpack(bytes: Buffer, file: string, head = false): Uint8Array {
  const packed = packers.find(({ mark }) => mark.every((byte, index) => bytes[index] === byte))
  if (!packed || (packed.name === 'bzip2' && !(bytes[3] !== undefined && bytes[3] >= 0x31 && bytes[3] <= 0x39))) return bytes
  if (!('unpack' in packed)) throw new BadInput(`${file} is packed by ${packed.name}: unpack it first, or pack it by gzip`)
  try {
    return packed.unpack(bytes, { maxOutputLength: most, ...(head && { finishFlush: packed.flush }) })
  } catch (error) {
    throw new BadInput(`${file} cannot be unpacked (${(error as Error).message}): make it again`)
  }
}

/** A file's name without what packing added to it. */
export const unpackedName = (file: string): string => file.replace(/\.(?:gz|gzip|zst|zstd)$/i, '')
