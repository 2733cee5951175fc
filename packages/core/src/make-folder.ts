import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'

/** Makes a folder and those above it where they are missing. Node's own does not come to an end where the system makes none though the folder above is there (/proc). */
export function makeFolder(path: string): void {
  const above = dirname(path)
  try {
    mkdirSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || above === path) throw error
    makeFolder(above)
    try {
      mkdirSync(path)
    } catch (again) {
      if ((again as NodeJS.ErrnoException).code !== 'EEXIST') throw again
    }
  }
}
