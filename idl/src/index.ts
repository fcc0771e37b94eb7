export * from "./schema.ts";
export type { Span } from "./span.ts";
