import type { Random } from '@whetstone/core'
import type { Duel } from './acceptors.ts'

/** A run's worthless candidates, one a round. `promoted` says whether the last one took the incumbent's place. */
export type World = { name: string; about: string; begin(next: Random, n: number): (promoted: boolean) => Duel }

/** Tasks drawn afresh each round; win and loss are the chances of each kind of discordant task. */
const fresh = (name: string, about: string, win: number, loss: number): World => ({
  name,
  about,
  begin: (next, n) => () => {
    const duel = { wins: 0, losses: 0, n }
    for (let i = 0; i < n; i++) {
      const u = next()
      if (u < win) duel.wins++
      else if (u < win + loss) duel.losses++
    }
    return duel
  },
})

export const worlds: readonly World[] = [
  fresh('equal', 'as good as the incumbent, one task in ten differs', 0.05, 0.05),
  fresh('unlike but equal', 'as good, but three tasks in ten differ', 0.15, 0.15),
  fresh('slightly worse', 'one point worse, three tasks in ten differ: promoted by luck or not at all', 0.145, 0.155),
  {
    name: 'equal, fixed tasks',
    about: 'the same tasks every round, the incumbent answering as before: looks depend on one another',
    begin(next, n) {
      const skill = Array.from({ length: n }, () => next())
      const answer = () => skill.map((p) => next() < p)
      let incumbent = answer()
      let candidate = incumbent
      return (promoted) => {
        if (promoted) incumbent = candidate
        candidate = answer()
        return {
          wins: candidate.filter((passed, i) => passed && !incumbent[i]).length,
          losses: candidate.filter((passed, i) => !passed && incumbent[i]).length,
          n,
        }
      }
    },
  },
]
