#!/usr/bin/env node
// The program `hil`.

import * as nodeModule from 'node:module'
import { withoutReader } from './terminal.ts'

withoutReader()
// From Node 22.8 on what was compiled is kept, in the folder that Node has for it (NODE_COMPILE_CACHE). It must be asked
// for before anything else is loaded.
const { enableCompileCache } = nodeModule as { readonly enableCompileCache?: () => unknown }
enableCompileCache?.()
const { cli } = await import('./cli.ts')
await cli(process.argv.slice(2))
