import { BadInput } from './bad-input.ts'

/** An address that somebody typed or a server sent. `what` begins the sentence where it is none. */
export function parseAddress(text: string, what: string, base?: string): URL {
  const url = URL.parse(text, base)
  if (url === null) throw new BadInput(`${what} is no address: check how it is written`)
  return url
}

/** Percent signs decoded once; text whose percent signs are broken is refused. */
export function decodePercent(text: string, what: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new BadInput(`${what} holds percent signs that mean no character: write a percent sign itself as %25`)
  }
}
