import type { Field } from "../schema/types.ts";
import type { UnionBody, UnionType } from "../schema/union.ts";
import { StandaloneCodec } from "./standalone.ts";

class GeneratedUnion<T extends { readonly kind: string }>
  extends StandaloneCodec<T, UnionBody<T>>
  implements UnionType<T>
{
  readonly kind = "union";

  get members(): readonly Field[] {
    return this.type.members;
  }
}

/** Makes of a union's body what can be used without a call. */
export function union<T extends { readonly kind: string }>(body: UnionBody<T>): UnionType<T> {
  return new GeneratedUnion(body);
}
