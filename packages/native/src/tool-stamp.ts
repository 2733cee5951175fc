import { hash } from '@whetstone/core'
import { fingerprint } from './build-tools/fingerprint.ts'

/** What the native tools that make results are built from, so that a step done by other tools is not taken for these ones'. */
export const toolStamp = (): string => hash(['llama-sample', 'llama-train', 'llama-score'].map(fingerprint))
