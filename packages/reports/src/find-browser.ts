import { accessSync, constants } from 'node:fs'

/** Chromium as Debian installs it, where it may be run; tests look at pages in it. */
export function findBrowser(): string | undefined {
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser'].find((file) => {
    try {
      accessSync(file, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
