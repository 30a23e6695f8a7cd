// Boards at this machine: their ports, the map of them, who has which, and a session with one.

export {
  type BoardHealth,
  type BoardIdentity,
  BoardSession,
  boardNamed,
  type Finding,
  findPort,
  healthOf,
  holderOf,
  identify,
  keepBoard,
  listPorts,
  lockNames,
  mapFile,
  type PortInfo,
  readMap,
  releaseBoard,
  sharePort,
  showHolder,
  updateMap,
} from '../devices/index.ts'
