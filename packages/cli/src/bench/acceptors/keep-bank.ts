import { levelOfLook, mcnemarInterval, type PastLook } from '@whetstone/statistics'
import type { Duel } from './acceptors.ts'

const margin = 0.03

/** Whether a new bank is served, given the run's earlier looks at banks. */
export type BankKeeper = { name: string; keeps(duel: Duel, looks: readonly PastLook[]): PastLook }

/** What recipe gates do: the bound on what the bank may cost, its level from a ledger of its own. */
export const keepBank: BankKeeper = {
  name: 'whetstone: bound above -3 points, own ledger',
  keeps({ wins, losses, n }, looks) {
    const alpha = levelOfLook('fallback', 0.025, looks)
    // a bank that is not even above the margin needs no bound
    const promoted = (wins - losses) / n > -margin && mcnemarInterval(wins, losses, n, alpha).low > -margin
    return { alpha, promoted }
  },
}

export const keepBankIfNotLower: BankKeeper = {
  name: 'keep if not lower',
  keeps: ({ wins, losses }) => ({ alpha: 1, promoted: wins >= losses }),
}
