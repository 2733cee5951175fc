import { redact } from './redact.ts'

/** A broken precondition that the user can mend: printed as one line without a stack, exit code 1. The message says what, where and what to do, and never a secret. */
export class BadInput extends Error {
  override name = 'BadInput'
  constructor(message: string) {
    super(redact(message))
  }
}
