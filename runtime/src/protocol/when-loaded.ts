import type { Duplex } from "node:stream";
import type { Logger } from "../logger.ts";

/**
 * Goes on with a connection once a protocol is loaded; the stream waits meanwhile.
 * @param first - what was read of it: it comes again, since a stream that has nothing left to be read would report its end at once
 */
export function whenLoaded<T>(
  stream: Duplex,
  first: Uint8Array,
  loading: Promise<T>,
  logger: Logger,
  goOn: (loaded: T) => void,
): void {
  stream.pause();
  if (first.length > 0) stream.unshift(first);
  loading.then(
    (loaded) => {
      if (stream.destroyed) return;
      goOn(loaded);
      stream.resume();
    },
    (error: unknown) => {
      logger.error("a protocol could not be loaded: is the package whole?", { error });
      stream.destroy();
    },
  );
}
