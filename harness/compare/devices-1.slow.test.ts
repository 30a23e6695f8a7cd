import { playPart } from './devices.testing.ts'

playPart(1)
