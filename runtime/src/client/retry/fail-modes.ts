import type { CallOptions, FailMode } from "../../call-options.ts";
import type { AnyMethod } from "../../schema/service.ts";

/** One mode for all methods, or a function that says it of each; undefined for the usual one. */
export type FailModeOption = FailMode | ((method: AnyMethod) => FailMode | undefined);

const known: ReadonlySet<unknown> = new Set<FailMode>(["failFast", "failOver", "failTry", "failBackup"]);

/** Says what becomes of calls that fail. */
export class FailModes {
  readonly #option: FailModeOption | undefined;

  /**
   * @param option - the channel's
   * @throws TypeError where it is no mode
   */
  constructor(option: FailModeOption | undefined) {
    this.#option = typeof option === "function" || option === undefined ? option : checkMode(option);
  }

  /** Whether nothing is said of the call, so that it has the channel's usual mode: all that most calls ask. */
  isUsual(options: CallOptions | undefined): boolean {
    return this.#option === undefined && options?.failMode === undefined && options?.attempt === undefined;
  }

  /**
   * The call's mode; undefined for the usual one.
   * @throws TypeError where what was said is no mode
   */
  of(method: AnyMethod, options: CallOptions | undefined): FailMode | undefined {
    const said = options?.failMode ?? this.#ofMethod(method);
    const mode = said === undefined ? undefined : checkMode(said);
    // A call that is bound to an endpoint has no other to go to.
    return options?.attempt?.stays === true && mode !== "failFast" ? "failTry" : mode;
  }

  #ofMethod(method: AnyMethod): FailMode | undefined {
    return typeof this.#option === "function" ? this.#option(method) : this.#option;
  }
}

function checkMode(mode: FailMode): FailMode {
  if (known.has(mode)) return mode;
  throw new TypeError(
    `failMode takes "failFast", "failOver", "failTry" or "failBackup", not ${JSON.stringify(mode)}`,
  );
}
