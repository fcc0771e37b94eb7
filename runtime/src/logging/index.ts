/** A record of each call, for any logger. */
export { callLog, type CallLog, type CallLogOptions, type Choice } from "./call-log.ts";
export type { CallRecord, ErrorRecord } from "./record.ts";
export type { Outcome } from "../observation/observed-call.ts";
