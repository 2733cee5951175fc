/** A number as it is written in JSON, where a double would make another of it: 1.50, 9007199254740993, 0.0000001. */
const keepDigits = (_key: string, value: unknown, context?: { source?: string }) =>
  typeof value === 'number' && context?.source !== undefined && String(value) !== context.source ? context.source : value

/** JSON.parse that keeps digits: a number that does not print as it is written becomes the text that was written. Throws SyntaxError. */
export const parseJson = (text: string): unknown => (JSON.parse as (text: string, reviver: typeof keepDigits) => unknown)(text, keepDigits)
