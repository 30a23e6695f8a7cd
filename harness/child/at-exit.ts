// What must be given back even when this process ends without being able to wait: after an uncaught exception or
// process.exit() only synchronous code runs, and after SIGKILL, or a signal nobody handles, none at all.

const duties = new Set<() => void>()

/** The returned function calls it off; later duties are done first. */
export function atExit(duty: () => void): () => void {
  if (duties.size === 0) process.on('exit', doAll)
  duties.add(duty)
  return () => {
    duties.delete(duty)
    if (duties.size === 0) process.off('exit', doAll)
  }
}

/** Now, for whoever handles a signal that ends the process. */
export function doAll(): void {
  for (const duty of [...duties].reverse()) duty()
}
