import { suite } from 'uvu'
import { departure } from './attacks/departure.ts'
import { exhaustion } from './attacks/exhaustion.ts'
import { forgery } from './attacks/forgery.ts'
import { reach } from './attacks/reach.ts'
import { sandboxContract } from './contract.ts'
import { pyodide } from './pyodide.ts'

const test = suite('pyodide')
sandboxContract(test, pyodide, [...exhaustion, ...reach, ...forgery, ...departure])
test.run()
