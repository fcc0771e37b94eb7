/** Where the runtime reports what no caller sees: a refused connection, a handler's exception. */
export interface Logger {
  /**
   * What went wrong and was dealt with: a refused connection, a registry that does not answer.
   * @param details - what is known beside the text: peer, method, the error
   */
  warn(message: string, details?: Readonly<Record<string, unknown>>): void;
  /**
   * What has to be mended: a handler's exception, an answer that cannot be encoded, an interceptor that fails.
   * @param details - as for `warn`
   */
  error(message: string, details?: Readonly<Record<string, unknown>>): void;
}

/** The default: says nothing. */
export const silentLogger: Logger = { warn() {}, error() {} };
