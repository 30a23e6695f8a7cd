// What the file holds: the report at once, each run when it is looked at.

/** @typedef {import('./model.ts').ReportData} ReportData */
/** @typedef {import('./model.ts').RunData} RunData */

/** @returns {Promise<ReportData>} */
export function readReport() {
  return unpack(document.getElementById('report')?.textContent ?? '')
}

/** @type {Map<number, Promise<RunData>>} */
const runs = new Map()

/**
 * Unpacks a run; twice costs nothing.
 * @param {number} number of the scenario in the results
 * @returns {Promise<RunData>}
 */
export function readRun(number) {
  const known = runs.get(number)
  if (known !== undefined) return known
  const reading = unpack(document.getElementById(`run-${number}`)?.textContent ?? '')
  runs.set(number, reading)
  return reading
}

/** @param {string} text base64 of gzip of JSON */
async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0))
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))
  return JSON.parse(await new Response(stream).text())
}
