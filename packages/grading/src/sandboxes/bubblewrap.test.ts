import { suite } from 'uvu'
import { pythonAttacks } from './attack-python.ts'
import { bubblewrap } from './bubblewrap.ts'
import { sandboxContract } from './contract.ts'

const test = suite('bubblewrap')
const missing = await bubblewrap.missing()
if (missing) console.log(`SKIP bubblewrap: ${missing}`)
else sandboxContract(test, bubblewrap, pythonAttacks)
test.run()
