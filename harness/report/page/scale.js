// From times to pixels. Time runs evenly, or elastically: then a long silence takes the room of its
// logarithm, so that the packets of one burst stand apart. Either way order is kept.

/** @typedef {import('./model.ts').EventData} EventData */

export class Scale {
  /** @param {readonly EventData[]} events @param {number} duration ms */
  constructor(events, duration) {
    this.end = Math.max(duration, events.at(-1)?.at ?? 0, 1)
    this.elastic = false
    /** Known moments and how far along each is when time is elastic. */
    this.times = Float64Array.from([0, ...events.map((event) => event.at), this.end])
    this.along = new Float64Array(this.times.length)
    for (let k = 1; k < this.times.length; k++)
      this.along[k] = this.along[k - 1] + Math.log2(1 + Math.max(0, this.times[k] - this.times[k - 1])) + 0.15
    /** Pixels between which time is drawn. */
    this.left = 0
    this.right = 1000
    /** The part that is seen, of 0 to 1. */
    this.from = 0
    this.to = 1
  }

  /** How far along the run, from 0 to 1. @param {number} at ms */
  fraction(at) {
    if (!this.elastic) return at / this.end
    const { times, along } = this
    const total = along[along.length - 1]
    if (at <= 0) return 0
    if (at >= this.end) return 1
    let low = 0
    let high = times.length - 1
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (times[middle] <= at) low = middle
      else high = middle
    }
    const span = times[high] - times[low]
    const part = span === 0 ? 0 : (at - times[low]) / span
    return (along[low] + part * (along[high] - along[low])) / total
  }

  /** An event stands at its own place, also where several share one time. @param {EventData} event */
  ofEvent(event) {
    if (!this.elastic) return this.fraction(event.at)
    return this.along[event.seq + 1] / this.along[this.along.length - 1]
  }

  /** @param {number} fraction */
  x(fraction) {
    return this.left + ((fraction - this.from) / (this.to - this.from)) * (this.right - this.left)
  }

  /** @param {number} x */
  fractionAt(x) {
    return this.from + ((x - this.left) / (this.right - this.left)) * (this.to - this.from)
  }

  /** The time at a fraction, ms. @param {number} fraction */
  timeAt(fraction) {
    if (!this.elastic) return fraction * this.end
    const { times, along } = this
    const wanted = fraction * along[along.length - 1]
    let low = 0
    let high = times.length - 1
    while (high - low > 1) {
      const middle = (low + high) >> 1
      if (along[middle] <= wanted) low = middle
      else high = middle
    }
    const part = (wanted - along[low]) / (along[high] - along[low])
    return times[low] + Math.max(0, Math.min(1, part)) * (times[high] - times[low])
  }

  /** Zooms so that what is at a fraction stays where it is. @param {number} factor @param {number} around */
  zoom(factor, around) {
    const span = Math.min(1, Math.max(1e-7, (this.to - this.from) * factor))
    const part = (around - this.from) / (this.to - this.from)
    this.show(around - part * span, around - part * span + span)
  }

  /** @param {number} from @param {number} to */
  show(from, to) {
    const span = Math.min(1, to - from)
    this.from = Math.max(0, Math.min(1 - span, from))
    this.to = this.from + span
  }
}

/** Times that are worth a mark at the axis: round ones, or those of events where time is elastic. @param {Scale} scale */
export function ticks(scale) {
  const from = scale.timeAt(scale.from)
  const to = scale.timeAt(scale.to)
  if (scale.elastic) return [...new Set(scale.times)].filter((at) => at >= from && at <= to)
  const rough = (to - from) / Math.max(2, (scale.right - scale.left) / 90)
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? power
  const count = Math.min(200, Math.ceil((to - from) / step) + 1)
  return Array.from({ length: count }, (_, k) => (Math.ceil(from / step) + k) * step)
}
