// Intervals of the wire.

/** The last value stands for ever [MQTT 5.0, 3.1.2.11.2]. */
export const secondsOf = (interval: number): number => (interval === 0xffff_ffff ? Number.POSITIVE_INFINITY : interval)
