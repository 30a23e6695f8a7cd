// Child processes: started by a small helper process, ended with the harness whatever happens, and with its folders.

export { atExit, doAll } from './at-exit.ts'
export { beganOf } from './began.ts'
export * from './child.ts'
export { removeAfterUs, runAfterUs } from './reaper.ts'
