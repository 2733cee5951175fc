import { RE2JS } from 're2js'

/** Longest pattern, and longest part of an answer that is searched, from its end: time grows with their product and no faster. */
const longestPattern = 1000
const searched = 50_000
const most = 1000

const compiled = new Map<string, RE2JS | string>()
function compile(pattern: string, flags: number): RE2JS | string {
  const key = `${flags}/${pattern}`
  let made = compiled.get(key)
  if (made === undefined) {
    try {
      made = pattern.length > longestPattern ? `longer than ${longestPattern} characters` : RE2JS.compile(pattern, flags)
    } catch (error) {
      made = (error as Error).message
    }
    if (compiled.size >= 1000) compiled.clear()
    compiled.set(key, made)
  }
  return made
}

/** Why a pattern cannot be used, or null. Look-around and back references are none of RE2's, which is why no pattern can hang. */
export function patternProblem(pattern: string): string | null {
  const made = compile(pattern, 0)
  return typeof made === 'string' ? `is no pattern of RE2: ${made}` : null
}

/** What a pattern matches in a text, in order: its first group where it has one. An invalid pattern matches nothing. */
export function findPattern(pattern: string, text: string, { whole, ignoreCase }: { whole: boolean; ignoreCase: boolean }): string[] {
  const made = compile(
    whole ? `^(?:${pattern})$` : pattern,
    (RE2JS.MULTILINE * (whole ? 0 : 1)) | (ignoreCase ? RE2JS.CASE_INSENSITIVE : 0),
  )
  if (typeof made === 'string') return []
  const matcher = made.matcher(text.slice(-searched))
  const found: string[] = []
  while (found.length < most && matcher.find()) found.push((matcher.groupCount() > 0 ? matcher.group(1) : matcher.group(0)) ?? '')
  return found
}
