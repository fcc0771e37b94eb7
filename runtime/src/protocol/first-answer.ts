import type { Duplex } from "node:stream";

/** How a server's first answer on a fresh stream is asked for and read. */
export interface FirstAnswer<T> {
  /** What asks for it. */
  readonly ask: string;
  /**
   * Takes what has come; returns `finish` once the answer is whole, which is called when nothing listens to the stream any more.
   * @throws what the answer is refused with
   */
  readonly read: (chunk: Uint8Array) => (() => T) | undefined;
  /** Why there is none: the server has closed the connection. */
  readonly closed: () => Error;
}

/**
 * Asks, and waits for the answer.
 * @param signal - gives up; the stream is then destroyed, as it is where the answer is refused
 */
export function firstAnswer<T>(
  stream: Duplex,
  signal: AbortSignal,
  { ask, read, closed }: FirstAnswer<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (action: () => void): void => {
      stream.off("data", onData).off("error", fail).off("close", onClose).off("end", onClose);
      signal.removeEventListener("abort", onAbort);
      action();
    };
    const fail = (error: Error): void =>
      settle(() => {
        // A late error of a destroyed stream is nobody's business.
        stream.on("error", () => {});
        stream.destroy();
        reject(error);
      });
    const onAbort = (): void => fail(signal.reason as Error);
    const onClose = (): void => fail(closed());
    const onData = (chunk: Uint8Array): void => {
      try {
        const finish = read(chunk);
        if (finish !== undefined) settle(() => resolve(finish()));
      } catch (error) {
        fail(error as Error);
      }
    };
    if (signal.aborted) return onAbort();
    // It may have come and gone before anybody listened.
    if (stream.destroyed) return onClose();
    stream.on("data", onData).on("error", fail).on("close", onClose).on("end", onClose);
    signal.addEventListener("abort", onAbort);
    stream.write(ask);
  });
}
