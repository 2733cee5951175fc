import { suite } from 'uvu'
import { javascriptAttacks } from './attacks/javascript.ts'
import { sandboxContract } from './contract.ts'
import { quickjs } from './quickjs.ts'

const test = suite('quickjs')
sandboxContract(test, quickjs, javascriptAttacks)
test.run()
