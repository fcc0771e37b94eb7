/** Codes of gRPC for what stays refused however often it is asked for. */
const finalCodes = new Set([
  3, // INVALID_ARGUMENT
  7, // PERMISSION_DENIED
  9, // FAILED_PRECONDITION
  12, // UNIMPLEMENTED
  16, // UNAUTHENTICATED
]);

const leaseIsGone = /requested lease not found/;
const tokenIsMissing = /user name is empty/;
const tokenIsOld = /invalid auth token|revision of auth store is old/;
const usersAreUnknown = /authentication is not enabled/;

/** A refusal in etcd's own words. */
export class EtcdError extends Error {
  override readonly name = "EtcdError";
  readonly #code: number;

  constructor(host: string, code: number, text: string) {
    const remedy = tokenIsMissing.test(text) ? " (options username and password)" : "";
    super(`${host} refused: ${text}${remedy}`);
    this.#code = code;
  }

  /** Whether asking again would get the same answer. */
  get final(): boolean {
    return finalCodes.has(this.#code);
  }

  get leaseIsGone(): boolean {
    return leaseIsGone.test(this.message);
  }

  /** Whether a new token would help. */
  get wantsToken(): boolean {
    return tokenIsMissing.test(this.message) || tokenIsOld.test(this.message);
  }

  /** Whether etcd has no users, and asks nobody who they are. */
  get knowsNoUsers(): boolean {
    return usersAreUnknown.test(this.message);
  }
}
