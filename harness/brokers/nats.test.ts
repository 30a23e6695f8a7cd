import { brokerContract } from './broker.contract.ts'
import { nats } from './nats.ts'

brokerContract(nats, { unavailable: await nats.available() })
