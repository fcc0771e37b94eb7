import { list, wrapper } from "../generated-code.ts";

/** A body of any number of texts. */
export const Texts = wrapper<string[]>({
  type: () => list("string"),
  write(w, m) {
    for (const item of m) w.byte(10).string(item);
  },
  read(r, end, into) {
    const values = into ?? [];
    while (r.pos < end) {
      const tag = r.tag();
      if (tag === 10) values.push(r.string());
      else r.skip(tag);
    }
    return values;
  },
});
