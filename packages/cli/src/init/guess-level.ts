import { sayKinds, type LevelColumn } from '@whetstone/tasks'

/** The column of levels of a table: the one that was named, else one that is called so; with the others that would do, in words. */
export function guessLevel(
  columns: readonly LevelColumn[],
  named: string | undefined,
): { level: string | undefined; why: string | null; others: string[] } {
  const none = named?.toLowerCase() === 'none' && !columns.some(({ name }) => name.toLowerCase() === 'none')
  const found =
    named !== undefined && !none
      ? columns.find(({ name }) => name.toLowerCase() === named.toLowerCase())
      : columns.find(({ guess }) => guess !== null)
  const level = none ? undefined : (found?.name ?? named)
  const why =
    level === undefined
      ? null
      : `${level}: ${found ? sayKinds(found) : 'as you named it'}${named === undefined ? ' (by its name; --level names another column, or none)' : ''}; accuracy is told by it`
  return {
    level,
    why,
    others: columns.filter(({ name }) => name !== level).map((each) => `${each.name}: ${sayKinds(each)}`),
  }
}
