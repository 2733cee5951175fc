/** A small problem with solutions in both languages. Values are JSON's: null, booleans, numbers, strings, lists, objects. */
export type SmallProblem = {
  key: string
  level: 1 | 2 | 3
  /** The function's name in Python; JavaScript's is the same in camel case. */
  name: string
  parameters: string
  asks: string
  /** Arguments and expected result; the first is shown as the example. */
  cases: readonly (readonly [args: readonly unknown[], result: unknown])[]
  python: string
  javascript: string
}

/** Python as it is indented here, without the indentation that the line of `def` has. */
const dedent = (text: string) => text.replace(/^\n/, '').replace(/^ {6}/gm, '').trimEnd() + '\n'

/** A problem from its call, `name(parameters)`. */
export const problem = (
  key: string,
  level: 1 | 2 | 3,
  call: string,
  asks: string,
  cases: SmallProblem['cases'],
  python: string,
  javascript: string,
): SmallProblem => {
  const [, name = '', parameters = ''] = /^(\w+)\((.*)\)$/.exec(call) ?? []
  return { key, level, name, parameters, asks, cases, python: dedent(python), javascript: dedent(javascript) }
}
