export { type Diagnostic, hasErrors, type Severity } from "./diagnostics/diagnostic.ts";
export { formatSource, type FormatResult } from "./format/format.ts";
export { loadSchemas, type LoadOptions, type LoadResult, SchemaLoader, type SourceHost } from "./load.ts";
export {
  goClientName,
  goConstantName,
  goHandlersName,
  goKindName,
  goMemberName,
  goNewClientName,
  goRegisterName,
  goValueName,
} from "./go-names.ts";
export {
  clientName,
  fieldsName,
  goName,
  handlersName,
  localName,
  methodErrorGuardName,
  methodErrorName,
} from "./names.ts";
export { printSchema } from "./format/print.ts";
export {
  diagnosticsToJson,
  type DiagnosticJson,
  renderDiagnostics,
  type RenderOptions,
} from "./diagnostics/render.ts";
export * from "./schema.ts";
export type { Position } from "./diagnostics/lines.ts";
export type { Span } from "./span.ts";
