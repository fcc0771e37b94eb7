/**
 * The runtime of gorpc, in two lists: what applications use, and what generated code is written against.
 * @packageDocumentation
 */

// For applications
export { connect } from "./client/connect.ts";
export type { ChannelOptions, ConnectOptions } from "./client/channel-options.ts";
export type { Channel, ResponseStream } from "./client/channel.ts";
export type { CallOptions, FailMode } from "./call-options.ts";
export type { FailModeOption } from "./client/retry/fail-modes.ts";
export type { RetryOptions } from "./client/retry/retry-options.ts";
export type { HedgeOptions } from "./client/retry/hedge-options.ts";
export type {
  ClientInterceptor,
  StreamCall,
  StreamInvoker,
  UnaryCall,
  UnaryInvoker,
} from "./client/interceptor.ts";
export { Server, type ServerOptions } from "./server/server.ts";
export type { AnnounceOptions } from "./server/announce.ts";
export type { ServerInterceptor, StreamHandler, UnaryHandler } from "./server/interceptor.ts";
export type { CallContext, Peer } from "./protocol/server-call.ts";
export type { PeerCertificate } from "./transport/certificate.ts";
export type { ClientTlsOptions, Pem, ServerTlsOptions } from "./transport/tls-options.ts";
export {
  DecodeError,
  EncodeError,
  type FailedAttempt,
  RpcError,
  type RpcErrorOptions,
  type Sent,
  type StatusCode,
} from "./errors.ts";
export { TypedError } from "./schema/typed-error.ts";
export { Metadata, type MetadataInit, type MetadataValue } from "./metadata.ts";
export { type Logger, silentLogger } from "./logger.ts";
export type { KeepaliveTimes, Limits } from "./limits.ts";
export type { ThreadPort } from "./transport/thread-port.ts";
export { detach } from "./propagation.ts";
export type { CompressionOptions } from "./codec/compression.ts";
export type { Codec } from "./codec/codec.ts";
export { registerCodec } from "./codec/register-codec.ts";
export type { BinaryOptions, JsonValue } from "./schema/message.ts";
export type { AnyMethod, AnyService, Method, MethodKind } from "./schema/service.ts";
export type {
  AnyMessageType,
  AnyUnionType,
  EnumType,
  ErrorFields,
  Field,
  ListType,
  MapKeyName,
  MapType,
  ScalarName,
  ValueType,
} from "./schema/types.ts";
export { isKnown } from "./schema/types.ts";

// For generated code
export * from "./generated-code.ts";
