import type { Logger } from "../logger.ts";

/** Logs that what a peer sent is not served. */
export function logRefusal(logger: Logger, what: string, address: string, reason: string): void {
  logger.warn(`${what} from ${address} refused: ${reason}`, { peer: address, reason });
}

/** Logs that a peer's connection ends for what it did, or did not do. */
export function logClosed(logger: Logger, address: string, reason: string): void {
  logger.warn(`connection from ${address} closed: ${reason}`, { peer: address, reason });
}
