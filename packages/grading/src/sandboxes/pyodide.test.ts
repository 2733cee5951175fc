import { suite } from 'uvu'
import { pythonAttacks } from './attack-python.ts'
import { sandboxContract } from './contract.ts'
import { pyodide } from './pyodide.ts'

const test = suite('pyodide')
sandboxContract(test, pyodide, pythonAttacks)
test.run()
