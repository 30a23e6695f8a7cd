import { brokerContract } from './broker.contract.ts'
import { rabbitmq } from './rabbitmq.ts'

brokerContract(rabbitmq, { unavailable: await rabbitmq.available(), limit: 120_000 })
