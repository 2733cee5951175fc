import type { Round } from './round.ts'

/** What a level is called where people read it: `mine hard` where the table names its levels, else `mine 3`. */
export function levelText({ taskset, level }: { taskset: string; level: number }, round: Pick<Round, 'levelNames'> | null): string {
  return `${taskset} ${levelName({ taskset, level }, round) ?? level}`
}

/** The name of a level, where it has one. */
export const levelName = (at: { taskset: string; level: number }, round: Pick<Round, 'levelNames'> | null): string | undefined =>
  round?.levelNames?.find(({ taskset, level }) => taskset === at.taskset && level === at.level)?.name
