import { Series } from "./series.ts";

/** The label of what no registered method is called, and of methods beyond the limit. */
const otherMethods = "other";

/** Methods with series of their own. Descriptions made at run time could be any number. */
const maxMethods = 1_000;

/** The series of one side, by method. */
export class SeriesTable {
  readonly #byMethod = new Map<string, Series>();

  /** The series of a method; made at its first call. */
  of(path: string): Series {
    const series = this.#byMethod.get(path);
    if (series !== undefined) return series;
    return this.#byMethod.size < maxMethods ? this.#add(path) : this.other;
  }

  get other(): Series {
    return this.#byMethod.get(otherMethods) ?? this.#add(otherMethods);
  }

  /** By method, in the order of their names. */
  get entries(): (readonly [method: string, series: Series])[] {
    return [...this.#byMethod].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #add(method: string): Series {
    const series = new Series();
    this.#byMethod.set(method, series);
    return series;
  }
}
