/** What an attack may aim at: a file of the host's with a secret in it, a listening port, the process that grades. */
export type Target = { file: string; secret: string; port: number; pid: number }

/** A program that tries to pass without solving the task (`f` squares its argument), or to do harm. */
export type Attack = { name: string; source: (target: Target) => string }

/** The tests that attacks meet. */
export const squareTests = {
  python: ['assert f(3) == 9', 'assert f(-12) == 144', 'for n in range(40, 60):\n    assert f(n) == n * n'],
  javascript: ['equal(f(3), 9)', 'equal(f(-12), 144)', 'for (let n = 40; n < 60; n++) equal(f(n), n * n)'],
}
export const honest = { python: 'def f(x):\n    return x * x\n', javascript: 'function f(x) {\n  return x * x\n}\n' }
