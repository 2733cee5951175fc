/** Path of the first text in a value that holds half a surrogate pair (which no encoding can write), or null. Native tools die of it an hour later. */
export function loneSurrogate(value: unknown, path = ''): string | null {
  if (typeof value === 'string') return value.isWellFormed() ? null : path || 'text'
  if (value === null || typeof value !== 'object') return null
  for (const [name, member] of Object.entries(value)) {
    const found = name.isWellFormed() ? loneSurrogate(member, path ? `${path}.${name}` : name) : `${path}.(name)`
    if (found !== null) return found
  }
  return null
}
