// Child processes: started by a small helper process, ended with the harness whatever happens.

export { atExit, doAll } from './at-exit.ts'
export * from './child.ts'
