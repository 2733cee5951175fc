import { existsSync, lstatSync, realpathSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { BadInput } from './bad-input.ts'
import { visibleText } from './visible-text.ts'

/** Names that are devices on Windows, whatever ending they carry: a checkout may be copied there. */
const reserved = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?$/i
const longest = 200

/** Why a text cannot name a file or folder, or null. */
export function nameProblem(name: string): string | null {
  if (name === '' || name === '.' || name === '..') return 'is no name'
  if (Buffer.byteLength(name) > longest) return `is longer than ${longest} bytes`
  if (/[/\\\n\t]/.test(name) || visibleText(name) !== name) return 'holds a separator or a hidden character'
  if (/^[-~]/.test(name) || /^\s|[\s.]$/.test(name)) return 'begins with a dash, tilde or space, or ends with a space or dot'
  if (reserved.test(name)) return 'is a device on Windows'
  return null
}

/** The file name that foreign text (the end of an address, a hub's listing) gives: percent signs are decoded once, then it is checked. */
export function fileNameOf(text: string, what: string): string {
  let name: string
  try {
    name = decodeURIComponent(text)
  } catch {
    throw new BadInput(`${what} ends in ${quoted(text)}, whose percent signs are broken: check the address`)
  }
  const problem = nameProblem(name)
  if (problem !== null) throw new BadInput(`${what} would name a file ${quoted(name)}, which ${problem}: give another name or address`)
  return name
}

/** A path below a folder, by names that were checked; refused where a link on the way leads out of the folder. Nothing need exist yet. */
export function pathBelow(folder: string, ...names: readonly string[]): string {
  for (const name of names) {
    const problem = nameProblem(name)
    if (problem !== null) throw new BadInput(`${quoted(name)} ${problem}: it cannot be a file below ${folder}`)
  }
  const path = join(folder, ...names)
  let there = path
  while (!existsSync(there) && !isLink(there)) {
    const above = dirname(there)
    if (above === there) break
    there = above
  }
  const home = existsSync(folder) ? realpathSync(folder) : resolve(folder)
  const real = existsSync(there) ? realpathSync(there) : null
  const inside = real !== null && (real === home || real.startsWith(home + sep) || home.startsWith(real + sep) || home === real)
  if (!inside) throw new BadInput(`${path} lies behind a link that leads out of ${folder}: remove the link`)
  return path
}

/** A name for a message, however long. */
const quoted = (name: string) => JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name)

const isLink = (path: string) => lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
