import { suite } from 'uvu'
import { departure } from './attacks/departure.ts'
import { exhaustion } from './attacks/exhaustion.ts'
import { forgery } from './attacks/forgery.ts'
import { reach } from './attacks/reach.ts'
import { bubblewrap } from './bubblewrap.ts'
import { sandboxContract } from './contract.ts'

const test = suite('bubblewrap')
const missing = await bubblewrap.missing()
if (missing) console.log(`SKIP bubblewrap: ${missing}`)
else sandboxContract(test, bubblewrap, [...exhaustion, ...reach, ...forgery, ...departure])
test.run()
