import { brokerContract } from '../broker.contract.ts'
import { reference } from './reference.ts'

brokerContract(reference)
