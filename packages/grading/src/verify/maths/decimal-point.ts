/** Reads a comma as a decimal point where it can be one: `1000,99`, `0,111`; `1,234` and lists of more stay. */
export function decimalPoint(text: string): string {
  return text.replace(
    /^(\s*[-+$€£]*\s*)(\d+),(\d+)(?=[^\d,]*$|\s*(?:[·×*]|\\cdot|\\times)\s*10\s*\^)/,
    (whole, before: string, a: string, b: string) => {
      const isThousand = b.length === 3 && !a.startsWith('0')
      return isThousand ? whole : `${before}${a}.${b}`
    },
  )
}
