// Where devices of a fleet find their broker.

export interface BrokerEndpoint {
  readonly host: string
  readonly port: number
}
