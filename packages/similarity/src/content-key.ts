import { hash } from '@whetstone/core'
import { normalizeText } from './normalize-text.ts'

/** Equal for texts that say the same but for case, spacing, width and invisible marks; 64 hex digits. */
export const contentKey = (text: string): string => hash(normalizeText(text))
