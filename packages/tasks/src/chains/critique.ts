import type { ErrorCategory, TraceError } from './check-trace.ts'

/** One letter names a category in a critique, `y` (yes) a trace with nothing wrong. */
const letters: Readonly<Record<ErrorCategory, string>> = { value: 'v', operation: 'o', operand: 'a', order: 'r', format: 'f' }

/**
 * A critique as the small models read and write it: the first wrong part as it stands, then its category: `1*2=3v`; `y` when none is. `rule`: what
 * the part should have gone by, where the problem itself does not tell it (`kx=*`, what a key stands for): `1+2=3o,kx=*`.
 */
export const critiqueText = (error: TraceError | null, rule = ''): string =>
  error ? `${error.written}${letters[error.category]}${rule && ','}${rule}` : 'y'

/** The critique of a text, as far as it is one. */
export function readCritique(text: string): { written: string; category: ErrorCategory | null } | null {
  const whole = /^([^,]*)([voarfy])(?:,.*)?$/s.exec(text.trim())
  if (!whole) return null
  const category = (Object.keys(letters) as ErrorCategory[]).find((name) => letters[name] === whole[2]) ?? null
  return { written: whole[1] as string, category }
}
