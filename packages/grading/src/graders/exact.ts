import { grader } from '../grader.ts'
import { normalised, Normalisation } from '../verify/normalised.ts'
import { noAnswer, verdict } from '../verify/verdict.ts'

export default grader({
  name: 'exact',
  about: 'the whole answer as text; white space at both ends does not count, nor what the settings leave out',
  settings: Normalisation,
  problem: (gold, how) => (normalised(gold, how) === '' ? 'is empty' : null),
  grade({ gold, answer }, how) {
    const read = normalised(answer, how)
    return read === '' ? noAnswer : verdict(read === normalised(gold, how), read)
  },
})
