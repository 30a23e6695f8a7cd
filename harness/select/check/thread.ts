// The program of a thread that checks one share of the scenarios.

import { parentPort, workerData } from 'node:worker_threads'
import { checkShare } from './check.ts'

parentPort!.postMessage(await checkShare(workerData))
