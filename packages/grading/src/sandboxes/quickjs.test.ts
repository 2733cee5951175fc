import { suite } from 'uvu'
import { javascriptDeparture } from './attacks/javascript-departure.ts'
import { javascriptAttacks } from './attacks/javascript.ts'
import { sandboxContract } from './contract.ts'
import { quickjs } from './quickjs.ts'

const test = suite('quickjs')
sandboxContract(test, quickjs, [...javascriptAttacks, ...javascriptDeparture])
test.run()
