import { existsSync } from 'node:fs'
import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import { root } from '@whetstone/core'

/** The folder in which the user stands. Commands themselves run in the repository's root (see main), so that a path inside it is the same one wherever it was typed. */
export const here = process.env['WHETSTONE_HERE'] ?? process.cwd()

const inRoot = (path: string) => (path.startsWith(root + sep) ? relative(root, path) : path)

/** A path to be written to: from where the user stands. */
export const toHere = (path: string): string => (isAbsolute(path) ? path : inRoot(resolve(here, path)))

/**
 * A path to be read, or several joined by commas or `+`: each from where the user stands, or else from the repository's root. What is in neither (a hub's address, a name, a mistake) stays as typed.
 */
export function fromHere(text: string): string {
  const found = (path: string) => {
    if (isAbsolute(path) || path === '') return null
    if (existsSync(resolve(here, path))) return inRoot(resolve(here, path)) || '.'
    return existsSync(join(root, path)) ? path : null
  }
  return (
    found(text) ??
    text
      .split(/([,+])/)
      .map((part) => found(part) ?? part)
      .join('')
  )
}
