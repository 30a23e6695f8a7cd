import { playPart } from './devices-parity.testing.ts'

playPart(1)
