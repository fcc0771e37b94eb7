/** The generated code is CommonJS: it calls `require` when it is loaded, which must be there before. */
import { createRequire } from "node:module";

globalThis.require = createRequire(import.meta.url);
