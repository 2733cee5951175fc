/**
 * What the comparison under way could not settle: numbers beyond what is worked out, functions that are not known. A worker compares one
 * answer at a time, so one place is enough; an answer that is not found equal while there is a doubt is "not decided", never "wrong".
 */
let doubt: string | null = null

export function raiseDoubt(reason: string): void {
  doubt ??= reason
}

/** The first doubt since the last call, or null. */
export function takeDoubt(): string | null {
  const reason = doubt
  doubt = null
  return reason
}
