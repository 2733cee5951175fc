/** Every setting of a recipe as runs record it, by its path; plug-ins by their names. */
export function flatSettings(recipe: unknown): Map<string, string> {
  const flat = new Map<string, string>()
  const put = (path: string, value: unknown): void => {
    if (value !== null && typeof value === 'object' && Object.keys(value).length > 0)
      for (const [name, member] of Object.entries(value)) put(path === '' ? name : `${path}.${name}`, member)
    else if (path !== '') flat.set(path, typeof value === 'string' ? value : (JSON.stringify(value) ?? 'not set'))
  }
  put('', recipe)
  return flat
}
