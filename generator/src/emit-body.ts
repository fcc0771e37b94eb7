import type { Message, Union } from "@gorpc/idl";
import type { StatementStructures } from "ts-morph";
import { emitConst } from "./emit-const.ts";
import { docs } from "./emit-doc.ts";
import { bodyName, literal } from "./names.ts";

/** How the runtime calls what a declaration becomes. */
const kinds = {
  message: {
    body: "rpc.MessageBody",
    makeBody: "rpc.messageBody",
    type: "rpc.MessageType",
    make: "rpc.message",
  },
  union: { body: "rpc.UnionBody", makeBody: "rpc.unionBody", type: "rpc.UnionType", make: "rpc.union" },
} as const;

/**
 * What calls and other types refer to, and what is made of it for use without a call: bundlers leave out the one that nothing refers to.
 * @param draft - the object of description and straight-line functions
 * @param typeArguments - of the codec's type
 */
export function emitBodyAndCodec(
  { kind, name, fullName, deprecated }: Message | Union,
  draft: string,
  typeArguments: string,
): StatementStructures[] {
  const { body, makeBody, type, make } = kinds[kind];
  const own = bodyName(name);
  return [
    emitConst(own, `${body}<${name}>`, `/* @__PURE__ */ ${makeBody}(${literal(fullName)}, ${draft})`, {
      isExported: true,
      docs: docs({ doc: `Body of {@link ${name}}: how calls and other types carry it.`, deprecated }),
    }),
    emitConst(name, `${type}<${typeArguments}>`, `/* @__PURE__ */ ${make}(${own})`, {
      isExported: true,
      docs: docs({ doc: `Codec of {@link ${name}}.`, deprecated }),
    }),
  ];
}
