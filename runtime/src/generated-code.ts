/** What generated code is written against. */
export type { Reader } from "./bytes/reader.ts";
export type { Writer } from "./bytes/writer.ts";
export { channelFor } from "./client/channel-for.ts";
export { absent } from "./codec/absent.ts";
export { errorType } from "./codec/error-type.ts";
export { messageBody } from "./codec/message-body.ts";
export { message } from "./codec/message-type.ts";
export { unionBody } from "./codec/union-body.ts";
export { union } from "./codec/union-type.ts";
export { nothing, wrapper } from "./codec/wrapper.ts";
export { EncodeError, type RpcErrorOptions } from "./errors.ts";
export type { BinaryCodec, Body } from "./schema/body.ts";
export { entries, items, keys } from "./schema/collections.ts";
export { type Doc, type Docs, documented } from "./schema/docs.ts";
export { put } from "./schema/field-value.ts";
export type { MessageBody, MessageType } from "./schema/message.ts";
export {
  bidiStream,
  type BidiStream,
  clientStream,
  type ClientStream,
  serverStream,
  type ServerStream,
  service,
  type Service,
  unary,
  type Unary,
} from "./schema/service.ts";
export { type ErrorClass, type ErrorType, TypedError } from "./schema/typed-error.ts";
export { enumeration, isKnown, list, map } from "./schema/types.ts";
export type { UnionBody, UnionType, UnknownMember } from "./schema/union.ts";
