#!/usr/bin/env node
// The program `hil`.

import { cli } from './cli.ts'
import { withoutReader } from './terminal.ts'

withoutReader()
await cli(process.argv.slice(2))
