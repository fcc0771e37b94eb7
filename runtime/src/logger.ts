/** Where the runtime reports what no caller sees: a refused connection, a handler's exception. */
export interface Logger {
  /** @param details - what is known beside the text: peer, method, the error */
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** The default: says nothing. */
export const silentLogger: Logger = { warn() {}, error() {} };
