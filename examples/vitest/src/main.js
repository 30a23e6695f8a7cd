import { startAlarm } from './alarm.js'

await startAlarm({ host: process.env.HIL_HOST ?? 'localhost', port: Number(process.env.HIL_PORT ?? 1883) })
console.log('watching')
